import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '@sts-net/testing';
import { readVolume } from '@sts-net/volume-io';
import { expect, it } from 'vitest';
import {
  datasets,
  filesOf,
  loadManifest,
  type PrepareOptions,
  prepareDataset,
} from '../src/index.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

const json = {
  name: 'BRATS',
  tensorImageSize: '4D',
  modality: { 0: 'FLAIR', 1: 'T1w' },
  labels: { 0: 'background', 1: 'edema', 2: 'tumour' },
  numTraining: 2,
  numTest: 1,
  training: [
    { image: './imagesTr/BRATS_001.nii.gz', label: './labelsTr/BRATS_001.nii.gz' },
    { image: './imagesTr/BRATS_002.nii.gz', label: './labelsTr/BRATS_002.nii.gz' },
  ],
  test: ['./imagesTs/BRATS_003.nii.gz'],
};

/** Writes a 4-D NIfTI file: ramps one after the other, as NIfTI-1 stores its last axis. */
async function write4d(path: string, values: readonly number[]): Promise<void> {
  const plain = path.replace(/\.gz$/, '');
  const parts: Buffer[] = [];
  for (const value of values) {
    await writeRamp(plain, value);
    parts.push(readFileSync(plain));
  }
  rmSync(plain);
  const header = Buffer.from(parts[0]!.subarray(0, 352));
  header.writeInt16LE(4, 40);
  header.writeInt16LE(values.length, 48);
  const voxels = parts.map((part) => part.subarray(352));
  writeFileSync(path, gzipSync(Buffer.concat([header, ...voxels])));
}

async function makeTask(change: object = {}): Promise<string> {
  const folder = temporaryFolder();
  for (const [i, id] of ['BRATS_001', 'BRATS_002'].entries()) {
    await writeNew4d(join(folder, `imagesTr/${id}.nii.gz`), [i, 100 + i]);
    await writeLabels(join(folder, `labelsTr/${id}.nii.gz`), [1, 2, 2]);
  }
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ ...json, ...change }));
  return folder;
}

async function writeNew4d(path: string, values: readonly number[]): Promise<void> {
  await writeLabels(path, []);
  await write4d(path, values);
}

async function prepare(folder: string, options: PrepareOptions = {}) {
  const output = join(temporaryFolder(), 'prepared');
  const { skipped } = await prepareDataset(datasets.msd, folder, output, options);
  return { items: await loadManifest(join(output, 'manifest.jsonl')), skipped, output };
}

it('gives one channel of 4-D images as a volume of its own, by name or number', async () => {
  const folder = await makeTask();
  for (const [channel, first] of [
    ['FLAIR', 0],
    ['t1w', 100],
    ['1', 100],
  ] as const) {
    const { items, skipped, output } = await prepare(folder, { channel });
    expect(items).toMatchObject([
      { id: 'BRATS_001', size: [2, 3, 4], spacing: [3, 1, 2], area: 3 },
      { id: 'BRATS_002', group: 'BRATS_002', area: 3 },
    ]);
    const { voxels, affine } = await readVolume(join(output, filesOf(items[0]!.image)[0]));
    expect([...voxels.data]).toEqual(Array.from({ length: 24 }, (_, i) => first + i));
    expect(affine).toEqual([-2, 0, 0, 9, 0, -1, 0, 4, 0, 0, 3, -6, 0, 0, 0, 1]);
    expect(skipped).toEqual([
      {
        skipped: 'imagesTs/BRATS_003.nii.gz',
        reason: 'it is a test image, whose truth is not given',
      },
    ]);
  }
});

it.each([
  [undefined, ['FLAIR', 'T1w']],
  [
    ['1', 'flair'],
    ['T1w', 'FLAIR'],
  ],
] as const)(
  'gives each channel that is wanted as a volume of its own: %j',
  async (channel, names) => {
    const { items, skipped, output } = await prepare(await makeTask(), { channel });
    expect(items).toMatchObject([
      { id: 'BRATS_001', size: [2, 3, 4], spacing: [3, 1, 2], area: 3 },
      { id: 'BRATS_002', area: 3 },
    ]);
    expect(skipped.map((one) => one.skipped)).toEqual(['imagesTs/BRATS_003.nii.gz']);
    for (const [i, { id, image }] of items.entries()) {
      expect(Object.entries(image)).toEqual(
        names.map((one) => [one, `images/${id}/${one}.nii.gz`]),
      );
      for (const name of names) {
        const { voxels, affine } = await readVolume(join(output, `images/${id}/${name}.nii.gz`));
        expect(voxels.get(0, 0, 0)).toBe(name === 'FLAIR' ? i : 100 + i);
        expect(affine).toEqual([-2, 0, 0, 9, 0, -1, 0, 4, 0, 0, 3, -6, 0, 0, 0, 1]);
      }
    }
  },
);

it('leaves images of one channel where they are, and takes a label by name', async () => {
  const folder = await makeTask({ modality: { 0: 'MRI' } });
  for (const id of ['BRATS_001', 'BRATS_002']) {
    await writeRamp(join(folder, `imagesTr/${id}.nii.gz`), id === 'BRATS_001' ? 4 : 5);
  }
  const { items, output } = await prepare(folder, { target: 'tumour' });
  expect(items.map(({ area, modality }) => [area, modality])).toEqual([
    [2, 'MR'],
    [2, 'MR'],
  ]);
  expect(readdirSync(output).sort()).toEqual(['manifest.jsonl', 'masks', 'skipped.jsonl']);
});

it('says what is missing, and what dataset.json must hold', async () => {
  const folder = await makeTask();
  await write4d(join(folder, 'imagesTr/BRATS_002.nii.gz'), [1, 2, 3]);
  const { items, skipped } = await prepare(folder, { channel: '0' });
  expect(items.map(({ id }) => id)).toEqual(['BRATS_001']);
  expect(skipped[0]).toEqual({
    skipped: 'BRATS_002',
    reason:
      "'imagesTr/BRATS_002.nii.gz': must hold 2 channels along its last axis, FLAIR, T1w, as dataset.json says, got 3",
  });
  rmSync(join(folder, 'labelsTr/BRATS_002.nii.gz'));
  expect((await prepare(folder, { channel: '0' })).skipped[0]).toEqual({
    skipped: 'labelsTr/BRATS_002.nii.gz',
    reason: 'dataset.json lists it, but it is not there',
  });
  const none = prepare(await makeTask({ training: undefined }), { channel: '0' });
  await expect(none).rejects.toThrow(/dataset.json': must list the cases under `training`/);
  const odd = prepare(await makeTask({ training: [{ image: 'a' }] }), { channel: '0' });
  await expect(odd).rejects.toThrow(/dataset.json': training\[0\].label: expected string/);
});
