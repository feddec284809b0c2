import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { expect, it, vi } from 'vitest';
import { datasets } from '../src/kinds/datasets.ts';
import { type PrepareOptions, prepareDataset } from '../src/prepare/prepare-dataset.ts';
import * as reading from '../src/prepare/read-item.ts';
import { makeBusi, writeMask } from './make-images.ts';

const busi = datasets.busi;

/** Prepares until so many items are done, as where a person stops it then. */
async function stopAfter(count: number, folder: string, output: string, options?: PrepareOptions) {
  const controller = new AbortController();
  const onProgress = (_: string, done: number) => {
    if (done === count - 1) controller.abort(new Error('stopped'));
  };
  const { signal } = controller;
  const work = prepareDataset(busi, folder, output, { ...options, onProgress, signal });
  await expect(work).rejects.toThrow('stopped');
}

/** All files of a folder with their bytes. */
function content(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(
    paths.sort().map((path) => [path.slice(folder.length), readFileSync(path, 'base64')]),
  );
}

async function made() {
  const folder = temporaryFolder();
  await makeBusi(join(folder, 'BUSI'));
  await prepareDataset(busi, join(folder, 'BUSI'), join(folder, 'whole'));
  return {
    /** Counts the items whose files are read from here on. */
    read: vi.spyOn(reading, 'readItem'),
    folder: join(folder, 'BUSI'),
    whole: join(folder, 'whole'),
    output: join(folder, 'out'),
  };
}

it('a call that was stopped is gone on with, to the bytes of one that was not', async () => {
  const { read, folder, whole, output } = await made();
  const warnings: string[] = [];
  await stopAfter(4, folder, output);
  await stopAfter(8, folder, output);
  expect(readdirSync(dirname(output)).filter((name) => name === 'out')).toEqual([]);
  const { items, agreed } = await prepareDataset(busi, folder, output, {
    onWarning: (message) => warnings.push(message),
  });
  expect(read).toHaveBeenCalledTimes(items.length);
  expect(agreed).toBe(1);
  expect(content(output)).toEqual(content(whole));
  // Nothing else is left.
  expect(readdirSync(dirname(output)).sort()).toEqual(['BUSI', 'out', 'whole']);
});

it('what a kill cut off in the middle of a line is read again', async () => {
  const { read, folder, whole, output } = await made();
  await stopAfter(6, folder, output);
  const part = join(
    dirname(output),
    readdirSync(dirname(output)).find((n) => n.endsWith('.part'))!,
  );
  const list = join(part, '.items.jsonl');
  const text = readFileSync(list, 'utf8');
  writeFileSync(list, text.slice(0, -20));
  read.mockClear();
  const { items } = await prepareDataset(busi, folder, output);
  expect(read).toHaveBeenCalledTimes(items.length - 5);
  expect(content(output)).toEqual(content(whole));
});

it('files that changed since are read again, and nothing stays of those that went', async () => {
  const { folder, output } = await made();
  await stopAfter(8, folder, output);
  // The only item whose mask is made of several: now it has one, and is none any more.
  rmSync(join(folder, 'malignant/malignant (2)_mask_1.png'));
  await writeMask(join(folder, 'benign/benign (3)_mask.png'), [0, 0, 9]);
  utimesSync(join(folder, 'benign/benign (3)_mask.png'), 1, 1);
  const resumed = await prepareDataset(busi, folder, output);
  const anew = join(dirname(output), 'anew');
  expect(resumed.items).toEqual((await prepareDataset(busi, folder, anew)).items);
  expect(content(output)).toEqual(content(anew));
});

it('other options begin anew, and take away what the first ones left', async () => {
  const { read, folder, output } = await made();
  await stopAfter(5, folder, output);
  read.mockClear();
  const { items, empty } = await prepareDataset(busi, folder, output, { skipEmpty: true });
  expect(read).toHaveBeenCalledTimes(items.length + empty);
  expect(readdirSync(dirname(output)).sort()).toEqual(['BUSI', 'out', 'whole']);
});

it('counts what the options leave out, whether it was read now or before', async () => {
  const { folder, output } = await made();
  const options = { skipEmpty: true, maxShare: 5 };
  const whole = await prepareDataset(busi, folder, join(dirname(output), 'other'), options);
  expect(whole.empty + whole.large).toBeGreaterThan(1);
  await stopAfter(8, folder, output, options);
  const resumed = await prepareDataset(busi, folder, output, options);
  expect(resumed).toEqual(whole);
});
