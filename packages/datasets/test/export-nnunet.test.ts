import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readImage, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  datasets,
  exportNnunet,
  loadManifest,
  type ManifestItem,
  manifestText,
  prepareDataset,
  splitManifest,
} from '../src/index.ts';
import { writeMask, writeNoise } from './make-images.ts';

/** What an item is, wherever its files are. */
function about(items: readonly ManifestItem[]) {
  const known = items.map(({ image, mask, seal, ...rest }) => rest);
  return known.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The items that the kind `nnunet` finds in a folder. */
async function preparedAgain(folder: string): Promise<readonly ManifestItem[]> {
  const output = join(temporaryFolder(), 'again');
  const { skipped } = await prepareDataset(datasets.nnunet, folder, output);
  expect(skipped).toEqual([]);
  return loadManifest(join(output, 'manifest.jsonl'));
}

async function prepare(name: 'image-folders' | 'nifti-pairs', folder: string): Promise<string> {
  const output = join(temporaryFolder(), 'prepared');
  await prepareDataset(datasets[name], folder, output, { patient: '{patient}_*' });
  return join(output, 'manifest.jsonl');
}

async function rewrite(
  path: string,
  change: (items: readonly ManifestItem[]) => readonly ManifestItem[],
): Promise<void> {
  writeFileSync(path, manifestText(change(await loadManifest(path))));
}

const nnunetFolder = (name = 'Dataset501_Lesions') => join(temporaryFolder(), name);

const filesOf = (folder: string) => (readdirSync(folder, { recursive: true }) as string[]).sort();

const contentOf = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Grey images of five patients, two of each. */
async function makePictures(): Promise<string> {
  const folder = temporaryFolder();
  for (const patient of ['p1', 'p2', 'p3', 'p4', 'p5']) {
    for (const image of ['a', 'b (1)']) {
      const id = `${patient}_${image}`;
      await writeNoise(join(folder, `images/${id}.png`), id, [4, 4, 3]);
      await writeMask(join(folder, `masks/${id}.png`), [4, 4, 3]);
    }
  }
  return prepare('image-folders', folder);
}

/** Volumes in NIfTI, compressed or not, with labels 1 and 2 that are stored from the other end. */
async function makeVolumes(): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'masks'));
  const [shape, size] = [[2, 3, 4], 24] as const;
  for (const [i, ending] of ['.nii', '.nii.gz', '.nrrd'].entries()) {
    const voxels = Float32Array.from({ length: size }, (_, k) => (k * (i + 1)) / 3);
    const affine = [-2, 0, 0, 9, 0, -1, 0, 4, 0, 0, 3, -6, 0, 0, 0, 1];
    const image = createVolume(ndarray(voxels, [...shape]), { affine });
    await writeVolume(join(folder, `p${i}_x${ending}`), image);
    const labels = Uint8Array.from({ length: size }, (_, k) => (k < 3 ? 2 : k < 5 ? 1 : 0));
    const turned = [-2, 0, 0, 9, 0, -1, 0, 4, 0, 0, -3, -3, 0, 0, 0, 1];
    const mask = createVolume(ndarray(labels, [...shape]), { affine: turned });
    await writeVolume(join(folder, `masks/p${i}_x${ending}`), mask);
  }
  return prepare('nifti-pairs', folder);
}

describe('what is exported to nnU-Net and prepared again', () => {
  it('is the same for 2-D images, with split and groups', async () => {
    const manifest = await makePictures();
    await rewrite(manifest, (all) => splitManifest(all, { test: 0.2, validation: 0.2 }));
    const items = await loadManifest(manifest);
    const output = nnunetFolder();
    expect(await exportNnunet(manifest, output)).toEqual({
      training: 8,
      test: 2,
      hasSplits: true,
    });
    expect(about(await preparedAgain(output))).toEqual(about(items));
    const of = (split: string) => items.filter((item) => item.split === split).map(({ id }) => id);
    expect(contentOf(output, 'splits_final.json')).toEqual([
      { train: of('training'), val: of('validation') },
    ]);
    const [tested] = of('test');
    const training = items.filter(({ split }) => split !== 'test').map(({ id }) => id);
    expect(filesOf(join(output, 'imagesTr'))).toEqual(
      training.map((id) => `${id}_0000.png`).sort(),
    );
    expect(filesOf(join(output, 'labelsTr'))).toEqual(training.map((id) => `${id}.png`).sort());
    expect(filesOf(join(output, 'labelsTs'))).toContain(`${tested}.png`);
    const { pixels } = await readImage(join(output, 'labelsTs', `${tested}.png`));
    expect(new Set(pixels.data)).toEqual(new Set([0, 1]));
    expect(contentOf(output, 'dataset.json')).toEqual({
      name: 'Lesions',
      channel_names: { 0: 'grey' },
      labels: { background: 0, target: 1 },
      numTraining: 8,
      file_ending: '.png',
      groups: Object.fromEntries(items.map(({ id, group }) => [id, group])),
    });
  });

  it('is the same for volumes of any format, with masks on their grid and several classes', async () => {
    const manifest = await makeVolumes();
    await rewrite(manifest, (all) =>
      all.map((item, i) => ({ ...item, modality: 'CT', split: i === 1 ? 'test' : 'training' })),
    );
    const output = nnunetFolder();
    const options = { classes: 3, labels: ['core', 'edema'] };
    expect(await exportNnunet(manifest, output, options)).toMatchObject({ hasSplits: false });
    expect(about(await preparedAgain(output))).toEqual(about(await loadManifest(manifest)));
    expect(contentOf(output, 'dataset.json')).toMatchObject({
      channel_names: { 0: 'CT' },
      labels: { background: 0, core: 1, edema: 2 },
      numTraining: 2,
      file_ending: '.nii.gz',
    });
    const [image, mask] = await Promise.all(
      ['imagesTr/p0_x_0000.nii.gz', 'labelsTr/p0_x.nii.gz'].map((path) =>
        readVolume(join(output, path)),
      ),
    );
    expect(mask!.affine).toEqual(image!.affine);
    // Slices were stored from the other end.
    expect([1, 2].map((label) => [...mask!.voxels.data].indexOf(label))).toEqual([15, 12]);
  });

  it('is the same where some images have colours and others are grey', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'images'));
    const colours = ndarray(
      Uint16Array.from({ length: 24 * 32 * 3 }, (_, i) => 11 * i),
      [24, 32, 3],
    );
    await writeImage(join(folder, 'images/p1_a.png'), colours);
    await writeNoise(join(folder, 'images/p2_a.png'), 'x', [4, 4, 3]);
    for (const id of ['p1_a', 'p2_a']) await writeMask(join(folder, `masks/${id}.png`), [4, 4, 3]);
    const manifest = await prepare('image-folders', folder);
    const output = nnunetFolder();
    expect(await exportNnunet(manifest, output)).toEqual({
      training: 2,
      test: 0,
      hasSplits: false,
    });
    expect(about(await preparedAgain(output))).toEqual(about(await loadManifest(manifest)));
    expect(contentOf(output, 'dataset.json').channel_names).toEqual({ 0: 'R', 1: 'G', 2: 'B' });
    for (const id of ['p1_a', 'p2_a']) {
      const { pixels } = await readImage(join(output, `imagesTr/${id}_0000.png`));
      expect(pixels.shape).toEqual([24, 32, 3]);
    }
    expect(filesOf(output)).not.toContain('splits_final.json');
  });
});

it('marks what is to be ignored by the label after the last, and finds it again', async () => {
  const manifest = await makeVolumes();
  // What the masks call 2 is nothing that counts.
  await rewrite(manifest, (all) => all.map((item) => ({ ...item, ignore: 2, area: 2 })));
  const output = nnunetFolder();
  await exportNnunet(manifest, output, { labels: ['core'] });
  expect(contentOf(output, 'dataset.json').labels).toEqual({ background: 0, core: 1, ignore: 2 });
  const { voxels } = await readVolume(join(output, 'labelsTr/p0_x.nii.gz'));
  const count = (label: number) => [...voxels.data].filter((one) => one === label).length;
  expect([1, 2].map(count)).toEqual([2, 3]);
  const three = nnunetFolder();
  await exportNnunet(manifest, three, { classes: 3, labels: ['core', 'edema'] });
  const found = await preparedAgain(three);
  expect(found.map(({ ignore, area }) => [ignore, area])).toEqual(Array(3).fill([3, 2]));
});

it('writes images of the test that have no mask', async () => {
  const manifest = await makePictures();
  await rewrite(manifest, (all) =>
    splitManifest(all, { test: 0.2 }).map((item) =>
      item.split === 'test' ? { ...item, mask: null, area: 0 } : item,
    ),
  );
  const output = nnunetFolder();
  expect(await exportNnunet(manifest, output)).toEqual({ training: 8, test: 2, hasSplits: false });
  expect(filesOf(join(output, 'imagesTs'))).toHaveLength(2);
  expect(filesOf(join(output, 'labelsTs'))).toEqual([]);
});

describe('what has no form in nnU-Net', () => {
  it('is refused, and nothing is left', async () => {
    const manifest = await makePictures();
    const refusal = async (
      change: (item: ManifestItem, i: number) => object,
      options: object = {},
      output = nnunetFolder(),
    ) => {
      const path = join(dirname(manifest), 'changed.jsonl');
      const items = await loadManifest(manifest);
      writeFileSync(path, manifestText(items.map((item, i) => ({ ...item, ...change(item, i) }))));
      const { message } = await exportNnunet(path, output, options).then(
        () => new Error('written'),
        (error: Error) => error,
      );
      expect(readdirSync(dirname(output))).toEqual([]);
      return message;
    };
    const same = () => ({});
    expect(await refusal(same, {}, nnunetFolder('BUSI'))).toMatch(
      /called as nnU-Net's data sets are, .* got 'BUSI'/,
    );
    expect(await refusal((_, i) => (i === 3 ? { split: 'test' } : {}))).toMatch(
      /a `split` or none, but 'p1_a' has none and 'p2_b \(1\)' has/,
    );
    expect(await refusal((_, i) => (i === 3 ? { image: 'x.nii.gz' } : {}))).toMatch(
      /'p1_a' is 2-D and 'p2_b \(1\)' is not/,
    );
    expect(await refusal((_, i) => (i === 3 ? { mask: null, area: 0 } : {}))).toMatch(
      /must have a mask, but 'p2_b \(1\)' has none/,
    );
    expect(await refusal(() => ({ split: 'test' }))).toMatch(/left for training, but all 10/);
    expect(await refusal(same, { labels: ['a', 'b'] })).toMatch(/must be 1 different names/);
    expect(await refusal(same, { classes: 3, labels: ['a', 'ignore'] })).toMatch(/'ignore'/);
    expect(await refusal(same, { classes: 1 })).toMatch(/from 2 to 255/);
    // 0 and 255 are no classes from 0 to 2.
    expect(await refusal(same, { classes: 3 })).toMatch(
      /'p1_a': its mask must hold whole numbers from 0 to 2, got 255/,
    );
    expect(await refusal((_, i) => (i === 3 ? { image: 'gone.png' } : {}))).toMatch(/gone.png/);
  });

  it('is a volume whose slices are channels', async () => {
    const folder = temporaryFolder();
    const [slices, plane] = [3, 1].map((count) =>
      createVolume(ndarray(new Uint8Array(12 * count).fill(1), [count, 3, 4])),
    );
    await writeVolume(join(folder, 'i.nii.gz'), slices!);
    await writeVolume(join(folder, 'm.nii.gz'), plane!);
    const item = { id: 'a', group: 'a', image: 'i.nii.gz', mask: 'm.nii.gz', spacing: null };
    const rest = { size: [1, 3, 4], area: 12, digest: 'a'.repeat(64) } as const;
    const path = join(folder, 'manifest.jsonl');
    writeFileSync(path, manifestText([{ ...item, ...rest }]));
    await expect(exportNnunet(path, nnunetFolder())).rejects.toThrow(
      /'a': image and mask must have as many slices, got 3, which are the channels of one, and 1/,
    );
  });

  it('is a 2-D image of 32 bit', async () => {
    const folder = temporaryFolder();
    // A TIFF of one pixel, float32: width, height, bits, compression, offset, rows, bytes, format.
    const entries = [
      [256, 1],
      [257, 1],
      [258, 32],
      [259, 1],
      [262, 1],
      [273, 8],
      [277, 1],
      [278, 1],
      [279, 4],
      [339, 3],
    ] as const;
    const bytes = Buffer.alloc(12 + 2 + 12 * entries.length + 4);
    bytes.write('II*\0', 'latin1');
    bytes.writeUInt32LE(12, 4);
    bytes.writeFloatLE(0.5, 8);
    bytes.writeUInt16LE(entries.length, 12);
    for (const [i, [tag, value]] of entries.entries()) {
      bytes.writeUInt16LE(tag, 14 + 12 * i);
      bytes.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, 16 + 12 * i);
      bytes.writeUInt32LE(1, 18 + 12 * i);
      bytes.writeUInt32LE(value, 22 + 12 * i);
    }
    writeFileSync(join(folder, 'i.tif'), bytes);
    await writeImage(join(folder, 'm.png'), ndarray(Uint8Array.of(1), [1, 1]));
    const item = { id: 'a', group: 'a', image: 'i.tif', mask: 'm.png', spacing: null, area: 1 };
    const path = join(folder, 'manifest.jsonl');
    writeFileSync(path, manifestText([{ ...item, size: [1, 1, 1], digest: 'a'.repeat(64) }]));
    await expect(exportNnunet(path, nnunetFolder())).rejects.toThrow(
      "'a': a 2-D image must have 8 or 16 bit to become PNG, but 'i.tif' holds other numbers",
    );
  });

  it('leaves nothing when it is stopped', async () => {
    const output = nnunetFolder();
    const stop = new AbortController();
    const onProgress = (_: string, done: number) => done === 2 && stop.abort(new Error('enough'));
    const work = exportNnunet(await makePictures(), output, { signal: stop.signal, onProgress });
    await expect(work).rejects.toThrow('enough');
    expect(readdirSync(dirname(output))).toEqual([]);
  });

  it('leaves a folder alone that is there', async () => {
    const output = nnunetFolder();
    mkdirSync(output);
    writeFileSync(join(output, 'x'), '');
    await expect(exportNnunet(await makePictures(), output)).rejects.toThrow(/choose another path/);
    expect(readdirSync(output)).toEqual(['x']);
  });
});
