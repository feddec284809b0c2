import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { createVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import { openSegmenter } from '@sts-net/web';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportWeb } from '../../src/index.ts';
import { cli } from '../cli/run.ts';
import { tinyModel } from '../tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'sts-net-web-'));
const run = join(folder, 'run');
const scan = join(folder, 'secret-patient.nii.gz');
const model = join(folder, 'model');

beforeAll(async () => {
  await import('../../../../tools/web/build-page.mjs' as string);
  const { writeSmallConfig } = await import('../../../../tools/lanes/small-run.mjs' as string);
  mkdirSync(join(folder, 'data'));
  const config = await writeSmallConfig(join(folder, 'data'), {
    output: '../run',
    targets: [{ name: 'Plaque', color: [10, 20, 30] }],
    training: { steps: 6, batchSize: 2, validation: { every: 6 } },
  });
  expect(await cli('train', config)).toMatchObject({ code: 0 });
  const data = Float32Array.from({ length: 4 * 40 * 36 }, (_, i) => 100 + ((i * 7919) % 97));
  await writeVolume(scan, createVolume(ndarray(data, [4, 40, 36]), { spacing: [3, 1, 0.9] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exported = (name: string) => new Uint8Array(readFileSync(join(model, name)));
const description = () => JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));

/** What `predict` and a page say of the scan. */
async function both(options: readonly string[] = []) {
  const output = join(folder, 'labels.nii.gz');
  const asked = ['--model', run, '--output', output, '--backend', 'wasm', ...options];
  expect(await cli('predict', scan, ...asked)).toMatchObject({ code: 0 });
  const segmenter = await openSegmenter({ model: exported('weights.safetensors'), engine: 'wasm' });
  const found = await segmenter.segment(new File([readFileSync(scan)], 'scan.nii.gz'));
  segmenter.close();
  return { page: found.labels, node: await readVolume(output), found };
}

describe('sts-net export web', () => {
  test('a page finds exactly what `predict` finds, also at the operating point', async () => {
    expect(await cli('export', 'web', run, model, '--no-page')).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readdirSync(model).sort()).toEqual(['model.json', 'wasm', 'weights.safetensors']);
    const first = await both();
    expect(Array.from(first.page.voxels.data)).toEqual(Array.from(first.node.voxels.data));
    expect(new Set(first.page.voxels.data)).toEqual(new Set([0, 1]));
    expect(description()).toMatchObject({
      classes: [{ name: 'Background' }, { name: 'Plaque', color: [10, 20, 30] }],
      wasm: 'wasm/',
    });
    expect(description()).not.toHaveProperty('threshold');

    expect(await cli('tune', run, '--backend', 'wasm')).toMatchObject({ code: 0 });
    const { code, stdout } = await cli('export', 'web', run, model);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('index.html'),
    });
    expect(description().threshold).toHaveLength(1);
    expect(description().smallestLesion).toHaveLength(1);
    const tuned = await both();
    expect(Array.from(tuned.page.voxels.data)).toEqual(Array.from(tuned.node.voxels.data));
  });

  test('its page loads nothing that is not in the folder', () => {
    const page = readFileSync(join(model, 'index.html'), 'utf8');
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name!);
    const own = named.filter((name) => !name.startsWith('data:'));
    expect(own.length).toBeGreaterThan(1);
    for (const name of own) expect(existsSync(join(model, name))).toBe(true);
    const programs = readdirSync(join(model, 'page')).filter((name) => name.endsWith('.js'));
    for (const program of programs) {
      const text = readFileSync(join(model, 'page', program), 'utf8');
      for (const [, name] of text.matchAll(/(?:from|import)\s*\(?"(\.\/[^"]+)"/g)) {
        expect(programs).toContain(name!.slice(2));
      }
    }
  });

  test('nothing of a case is in what is exported', () => {
    for (const name of ['model.json', 'weights.safetensors']) {
      const text = Buffer.from(exported(name)).toString('latin1').slice(0, 200_000);
      expect(text).not.toMatch(/cases|_mask|\.nii|secret|sts-net-web-|trainedOn/);
    }
  });

  test('--fp16 halves the weights', async () => {
    const before = statSync(join(model, 'weights.safetensors')).size;
    expect(await cli('export', 'web', run, model, '--fp16')).toMatchObject({ code: 0 });
    const after = statSync(join(model, 'weights.safetensors')).size;
    // The names of the weights are no shorter.
    expect(after / before).toBeLessThan(0.51);
    expect(description().weights.bytes).toBe(after);
  });

  test('wrong formats and options are named', async () => {
    const asked = async (...args: string[]) => (await cli('export', ...args)).stderr;
    expect(await asked('tflite', run, model)).toContain(
      "the format must be onnx or web, got 'tflite'",
    );
    expect(await asked('web', run, model, '--batch', '2')).toContain(
      '--batch is not for the format web',
    );
    expect(await asked('onnx', run, 'a.onnx', '--fp16')).toContain(
      '--fp16 is not for the format onnx',
    );
    expect(await asked('onnx', run, 'a.onnx', '--no-page')).toContain(
      '--no-page is not for the format onnx',
    );
  });
});

test('a network of one’s own and one of a single logit can be exported', async () => {
  await useBackend('wasm');
  const own = tinyModel(3, 1);
  const topology = own.toJSON(undefined, false) as Record<string, unknown>;
  const preprocessing = {
    context: 1,
    axis: 0,
    edge: 'triple',
    missing: 'error',
    normalization: { name: 'all' },
  } as const;
  const files = await exportWeb(
    { model: own, network: { classes: 1, topology }, preprocessing },
    { decision: { threshold: 0.4 } },
  );
  const weights = Buffer.concat(files.get('weights.safetensors')!);
  const segmenter = await openSegmenter({ model: new Uint8Array(weights), engine: 'wasm' });
  expect(segmenter.info.classes).toHaveLength(2);
  expect(segmenter.info.threshold).toEqual([0.4]);
  const { labels } = await segmenter.segment(await readVolume(scan));
  expect(labels.voxels.shape).toEqual([4, 40, 36]);
  segmenter.close();
  own.dispose();
});
