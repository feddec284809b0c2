import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import {
  createVolume,
  readImage,
  readVolume,
  type Volume,
  writeImage,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { findCases } from '../src/cases/find-cases.ts';
import type { DatasetSpec } from '../src/kinds/dataset-spec.ts';
import { type DatasetName, datasets } from '../src/kinds/datasets.ts';
import { scanOf } from '../src/kinds/lungs-ct.ts';
import { pairFiles } from '../src/kinds/pair-files.ts';
import { filesOf } from '../src/manifest/image-files.ts';
import { loadManifest } from '../src/manifest/read-manifest.ts';
import { type PrepareOptions, prepareDataset } from '../src/prepare/prepare-dataset.ts';
import { columns, makeBusi, rows, writeMask, writeNoise } from './make-images.ts';

/** Prepares a folder; the manifest's items by id, and what was left out. */
async function prepare(name: DatasetName, folder: string, options: PrepareOptions = {}) {
  const output = join(temporaryFolder(), 'a', 'prepared');
  const result = await prepareDataset(datasets[name], folder, output, options);
  const path = join(output, 'manifest.jsonl');
  const items = await loadManifest(path);
  expect(items).toEqual(result.items.map((item) => JSON.parse(JSON.stringify(item))));
  return { ...result, output, path, items: new Map(items.map((item) => [item.id, item])) };
}

describe('BUSI', () => {
  it('unites masks, groups one image under two names, leaves files where they are', async () => {
    const folder = temporaryFolder();
    await makeBusi(folder);
    const { items, output, duplicates, skipped, agreed } = await prepare('busi', folder);
    expect(skipped).toEqual([]);
    expect(agreed).toBe(1);
    expect([...items.keys()]).toHaveLength(9);
    // Squares of 9 and 16 pixels that share one.
    expect(items.get('malignant (2)')).toMatchObject({
      area: 9 + 16 - 1,
      mask: 'masks/malignant (2).png',
      size: [1, rows, columns],
      spacing: null,
      group: 'malignant (2)',
    });
    const united = await readImage(join(output, 'masks/malignant (2).png'));
    expect(united.pixels.data.filter((value) => value === 255)).toHaveLength(24);
    expect(readdirSync(join(output, 'masks'))).toHaveLength(1);
    const first = items.get('benign (1)')!;
    expect(resolve(output, filesOf(first.image)[0])).toBe(join(folder, 'benign/benign (1).png'));
    expect(duplicates).toEqual([['benign (1)', 'malignant (1)']]);
    expect(items.get('malignant (1)')).toMatchObject({
      group: 'benign (1)',
      digest: first.digest,
    });
    expect(items.get('normal (1)')).toMatchObject({ area: 0 });
  });

  it('joins whole groups over an image that two of them hold', async () => {
    const folder = temporaryFolder();
    for (const [name, seed] of [
      ['p1_1', 'a'],
      ['p1_2', 'b'],
      ['p2_1', 'b'],
      ['p2_2', 'c'],
      ['p3_1', 'd'],
    ] as const) {
      await writeNoise(join(folder, `images/${name}.png`), seed, [4, 4, 3]);
      await writeMask(join(folder, `masks/${name}.png`), [4, 4, 3]);
    }
    const { items } = await prepare('image-folders', folder, { patient: '{patient}_*' });
    expect([...items.values()].map(({ group }) => group)).toEqual(['p1', 'p1', 'p1', 'p1', 'p3']);
  });

  it('takes the share of the image that BUID-S allows, with or without normal images', async () => {
    const folder = temporaryFolder();
    await makeBusi(folder);
    // 36 of 24 · 32 pixels are 4.69 %, 49 are 6.4 %.
    const small = await prepare('busi', folder, { maxShare: 5.5 });
    expect([...small.items.values()].map(({ area }) => area)).toEqual([4, 9, 16, 25, 36, 4, 24, 0]);
    expect(small.large).toBe(1);
    const lesions = await prepare('busi', folder, { maxShare: 5.5, skipEmpty: true });
    expect(lesions.items.size).toBe(7);
    expect(lesions.empty).toBe(1);
    // "Less than": a target of exactly the share is left out.
    expect((await prepare('busi', folder, { maxShare: (100 * 36) / 768 })).large).toBe(2);
  });

  it('says what it skips and why, and goes on', async () => {
    const folder = temporaryFolder();
    await makeBusi(folder);
    writeFileSync(join(folder, 'benign/benign (2).png'), 'no picture');
    await writeImage(
      join(folder, 'benign/benign (3)_mask.png'),
      ndarray(new Uint8Array(4), [2, 2]),
    );
    copyFileSync(join(folder, 'benign/benign (1).png'), join(folder, 'benign/benign (9).png'));
    writeFileSync(join(folder, 'benign/._benign (4).png'), 'of another system');
    const { items, skipped, output } = await prepare('busi', folder);
    expect(items.size).toBe(7);
    expect(skipped.map((one) => one.skipped)).toEqual([
      'benign (2)',
      'benign (3)',
      'benign/benign (9).png',
    ]);
    expect(skipped[0]!.reason).toContain('benign (2).png: must start like');
    expect(skipped[1]!.reason).toContain('must have the image');
    expect(skipped[2]!.reason).toBe('there is no mask of it');
    const lines = readFileSync(join(output, 'skipped.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(skipped);
  });
});

describe('ISIC 2017', () => {
  it('keeps the official splits and passes over superpixels', async () => {
    const folder = temporaryFolder();
    for (const [part, id] of [
      ['Training', 'ISIC_0000001'],
      ['Validation', 'ISIC_0000002'],
      ['Test_v2', 'ISIC_0000003'],
    ] as const) {
      const [data, truth] = [`ISIC-2017_${part}_Data`, `ISIC-2017_${part}_Part1_GroundTruth`];
      // The content tells the format, so PNG bytes may be called .jpg here.
      await writeNoise(join(folder, 'x.png'), id, [5, 5, 4]);
      mkdirSync(join(folder, data), { recursive: true });
      copyFileSync(join(folder, 'x.png'), join(folder, data, `${id}.jpg`));
      await writeMask(join(folder, data, `${id}_superpixels.png`), [0, 0, 9]);
      await writeMask(join(folder, truth, `${id}_segmentation.png`), [5, 5, 4]);
    }
    const { items, skipped } = await prepare('isic2017', folder);
    expect([...items.values()].map(({ id, split, area }) => [id, split, area])).toEqual([
      ['ISIC_0000003', 'test', 16],
      ['ISIC_0000001', 'training', 16],
      ['ISIC_0000002', 'validation', 16],
    ]);
    expect(skipped).toEqual([]);
  });
});

describe('image folders', () => {
  it('take names as they come, endings in any case, links, and splits from folders', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    for (const [split, name] of [
      ['train', 'ä [1] (2)'],
      ['val', 'b c'],
      ['TEST', '日本'],
    ] as const) {
      await writeNoise(join(elsewhere, `${name}.png`), name, [4, 4, 3]);
      const image = join(folder, split, 'images', `${name}.PNG`);
      mkdirSync(dirname(image), { recursive: true });
      symlinkSync(join(elsewhere, `${name}.png`), image);
      await writeMask(join(folder, split, 'masks', `${name}.png`), [4, 4, 3]);
    }
    symlinkSync(folder, join(folder, 'train', 'round'));
    const { items, skipped } = await prepare('image-folders', folder);
    expect([...items.values()].map(({ id, split }) => [id, split])).toEqual([
      ['日本', 'test'],
      ['ä [1] (2)', 'training'],
      ['b c', 'validation'],
    ]);
    expect(skipped).toEqual([]);
  });

  it('stretch masks only if told to', async () => {
    const folder = temporaryFolder();
    await writeNoise(join(folder, 'images/a.png'), 'a', [0, 0, 3]);
    const large = new Uint8Array(4 * rows * columns);
    large.fill(1, 0, 2 * columns);
    mkdirSync(join(folder, 'masks'));
    await writeImage(join(folder, 'masks/a.png'), ndarray(large, [2 * rows, 2 * columns]));
    await expect(prepare('image-folders', folder)).rejects.toThrow(
      'stretch the mask to it (`stretchMasks`)',
    );
    const { items } = await prepare('image-folders', folder, { stretchMasks: true });
    // The first of 48 rows is none of the 24 whose centres are looked at: those are 1, 3, 5, …
    expect(items.get('a')!.area).toBe(0);
  });

  it('take patterns for what names do not tell, and patients from names', async () => {
    const folder = temporaryFolder();
    for (const name of ['p1_s1', 'p1_s2', 'p2_s1']) {
      await writeNoise(join(folder, `scans/${name}.png`), name, [4, 4, 3]);
      for (const kind of ['MA', 'HE']) {
        await writeMask(join(folder, `truth/${kind}/${name}_${kind}.png`), [4, 4, 2]);
      }
    }
    const { items } = await prepare('image-folders', folder, {
      image: 'scans/{id}.png',
      mask: 'truth/MA/{id}_MA.png',
      patient: '{patient}_*',
    });
    expect([...items.values()].map(({ group }) => group)).toEqual(['p1', 'p1', 'p2']);
    await expect(prepare('image-folders', folder, { image: 'scans/{id}.png' })).rejects.toThrow(
      'give both',
    );
    await expect(prepare('busi', folder, { readers: 3 })).rejects.toThrow('`readers`');
  });

  it.each([
    ['an empty folder', (folder: string) => folder, 'must hold images and masks'],
    ['a folder that is not there', (folder: string) => join(folder, 'no'), 'does not exist'],
    [
      'a file',
      (folder: string) => {
        writeFileSync(join(folder, 'x'), '');
        return join(folder, 'x');
      },
      'not a folder',
    ],
  ])('refuse %s and leave nothing', async (_, make, message) => {
    const output = join(temporaryFolder(), 'prepared');
    const work = prepareDataset(datasets['image-folders'], make(temporaryFolder()), output);
    await expect(work).rejects.toThrow(message);
    expect(readdirSync(dirname(output))).toEqual([]);
  });
});

it('keeps the modality of DICOM, which the volumes that are written do not have', async () => {
  const image = createVolume(ndarray(Float32Array.of(1, 2, 3, 4), [1, 2, 2]));
  const mask = createVolume(ndarray(Uint8Array.of(0, 1, 0, 0), [1, 2, 2]));
  const withModality = (modality: string) =>
    ({
      ...image,
      header: { format: 'dicom', modality, spacingFrom: { pixels: 'pixels' } },
    }) as unknown as Volume;
  const spec: DatasetSpec = {
    description: 'scans',
    layout: 'scans',
    options: [],
    async *list() {
      const drawn = async () => mask;
      yield { id: 'a', group: 'a', image: async () => withModality('US'), mask: drawn };
      yield { id: 'b', group: 'b', image: async () => withModality(''), mask: drawn };
      yield { id: 'c', group: 'c', image: async () => image, mask: drawn };
    },
  };
  const output = join(temporaryFolder(), 'prepared');
  await prepareDataset(spec, temporaryFolder(), output);
  const items = await loadManifest(join(output, 'manifest.jsonl'));
  expect(items.map(({ modality }) => modality)).toEqual(['US', undefined, undefined]);
  const cases = await findCases({ manifest: join(output, 'manifest.jsonl') }, '/');
  expect(cases.map(({ modality }) => modality)).toEqual(['US', undefined, undefined]);
});

describe('images without a mask', () => {
  async function someMasked(): Promise<string> {
    const folder = temporaryFolder();
    for (const id of ['p1', 'p2', 'p3']) await writeNoise(join(folder, `${id}.png`), id, [4, 4, 3]);
    await writeMask(join(folder, 'ma/p1_MA.png'), [4, 4, 3]);
    await writeMask(join(folder, 'ma/P3_ma.png'), [4, 4, 3]);
    return folder;
  }
  const patterns = { image: '{id}.png', mask: 'ma/{id}_MA.png' };

  it('are skipped, with a reason', async () => {
    const { items, skipped, withoutMask } = await prepare(
      'image-folders',
      await someMasked(),
      patterns,
    );
    expect([...items.keys()]).toEqual(['p1', 'p3']);
    expect(skipped).toEqual([{ skipped: 'p2.png', reason: 'there is no mask of it' }]);
    expect(withoutMask).toBe(0);
  });

  it('have no target, where the data set draws only what there is', async () => {
    const options = { ...patterns, withoutMask: 'empty' } as const;
    const { items, output, skipped, withoutMask } = await prepare(
      'image-folders',
      await someMasked(),
      options,
    );
    expect(skipped).toEqual([]);
    expect(withoutMask).toBe(1);
    expect([...items.values()].map(({ area }) => area)).toEqual([9, 0, 9]);
    const mask = await readImage(join(output, items.get('p2')!.mask!));
    expect(mask.pixels.shape).toEqual([rows, columns, 1]);
    expect(mask.pixels.data.every((value) => value === 0)).toBe(true);
  });

  it('have none in volumes either', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'masks'));
    const volume = createVolume(ndarray(new Uint8Array(24).fill(3), [2, 3, 4]));
    for (const id of ['a', 'b']) await writeVolume(join(folder, `${id}.nii.gz`), volume);
    await writeVolume(join(folder, 'masks/a.nii.gz'), volume);
    const { items } = await prepare('nifti-pairs', folder, { withoutMask: 'empty' });
    expect([...items.values()].map(({ area, size }) => [area, size])).toEqual([
      [24, [2, 3, 4]],
      [0, [2, 3, 4]],
    ]);
  });

  it('must not be all, or names are wrong', async () => {
    const wrong = { image: '{id}.png', mask: 'ma/{id}_XX.png', withoutMask: 'empty' } as const;
    await expect(prepare('image-folders', await someMasked(), wrong)).rejects.toThrow(
      'at least one image must have a mask, but of 3 none has',
    );
    const folder = await someMasked();
    await writeMask(join(folder, 'masks/q_mask.png'), [4, 4, 3]);
    await expect(prepare('image-folders', folder, { withoutMask: 'empty' })).rejects.toThrow(
      /q_mask\.png': no image has its name; where images without a mask count/,
    );
    const dicom = prepare('dicom', folder, { withoutMask: 'empty' });
    await expect(dicom).rejects.toThrow('`withoutMask` means nothing for this kind');
  });
});

describe('images that are turned by EXIF', () => {
  // Pillow's, of 16 × 24 pixels as stored: tools/fixtures/volume-io/generate_odd_images.py
  const { cases } = JSON.parse(
    readFileSync(new URL('../../volume-io/test/fixtures/odd-images.json', import.meta.url), 'utf8'),
  ) as { cases: { name: string; file: string }[] };
  async function turned(orientation: number, [height, width]: readonly [number, number]) {
    const folder = temporaryFolder();
    const { file } = cases.find(({ name }) => name === `JPEG turned, ${orientation}`)!;
    mkdirSync(join(folder, 'images'));
    writeFileSync(join(folder, 'images/a.jpg'), Buffer.from(file, 'base64'));
    mkdirSync(join(folder, 'masks'));
    const mask = new Uint8Array(height * width);
    mask[1] = 255;
    await writeImage(join(folder, 'masks/a.png'), ndarray(mask, [height, width]));
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    const stretch = await prepare('image-folders', folder, { stretchMasks: true, onWarning }).catch(
      (error: Error) => error,
    );
    return { stretch, warnings };
  }

  it('lie under masks of their upright size, with a word', async () => {
    for (const [orientation, size] of [
      [3, [16, 24]],
      [6, [24, 16]],
    ] as const) {
      const { stretch, warnings } = await turned(orientation, size);
      expect(stretch).toMatchObject({ skipped: [] });
      expect(warnings).toEqual([
        expect.stringMatching(`turned as its EXIF orientation ${orientation} says`),
      ]);
    }
  });

  it('are refused under masks of the size before, also where masks may be stretched', async () => {
    const { stretch } = await turned(6, [16, 24]);
    expect((stretch as Error).message).toMatch(
      /got \[1, 16, 24\], which the image has before it is turned by its EXIF orientation, 6/,
    );
  });
});

describe('pairFiles', () => {
  const pairs = (...files: string[]) =>
    pairFiles(files).map((one) =>
      'skipped' in one ? `! ${one.skipped}` : `${one.image} ${one.masks.join(' ')}`,
    );

  it.each([
    [['images/a.png', 'masks/a.png'], ['images/a.png masks/a.png']],
    [['a.png', 'a_mask.png', 'a_mask_1.png'], ['a.png a_mask.png a_mask_1.png']],
    [
      ['imagesTr/la_1_0000.nii.gz', 'labelsTr/la_1.nii.gz'],
      ['imagesTr/la_1_0000.nii.gz labelsTr/la_1.nii.gz'],
    ],
    [['v/p1_FLAIR.nii', 'labels/p1_GOLD.nii'], ['v/p1_FLAIR.nii labels/p1_GOLD.nii']],
    [['images/p1.png', 'labels/p1_MA.png'], ['images/p1.png labels/p1_MA.png']],
    [
      ['images/c1.png', 'images/c10.png', 'masks/c1.png', 'masks/c10.png'],
      ['images/c1.png masks/c1.png', 'images/c10.png masks/c10.png'],
    ],
    [
      ['train/images/a.png', 'val/images/a.png', 'train/masks/a.png', 'val/masks/a.png'],
      ['train/images/a.png train/masks/a.png', 'val/images/a.png val/masks/a.png'],
    ],
    [
      ['v/p_T1.nii', 'v/p_T2.nii', 'labels/p_seg.nii'],
      ['! labels/p_seg.nii', 'v/p_T1.nii ', 'v/p_T2.nii '],
    ],
    // Decomposed and composed letters, capitals.
    [
      ['images/le\u0301sion.png', 'masks/l\u00e9sion.png'],
      ['images/le\u0301sion.png masks/l\u00e9sion.png'],
    ],
    [['Images/P1.png', 'Masks/p1_MASK.png'], ['Images/P1.png Masks/p1_MASK.png']],
    [
      ['images/a.png', 'images/A.png', 'masks/a.png', 'masks/A.png'],
      ['images/a.png masks/a.png', 'images/A.png masks/A.png'],
    ],
    [
      ['images/ab.png', 'images/aB.png', 'masks/AB.png'],
      ['! masks/AB.png', 'images/ab.png ', 'images/aB.png '],
    ],
    [
      ['images/a.png', 'masks/b.png'],
      ['! masks/b.png', 'images/a.png '],
    ],
    [['images/a.png', 'masks/a_MA.png', 'masks/a_HE.png'], ['! images/a.png']],
  ])('pairs %j', (files, expected) => {
    expect(pairs(...files)).toEqual(expected);
  });
});

describe('scans of lung slices', () => {
  it.each([
    ['LIDC-IDRI-0001_slice_12', 'LIDC-IDRI-0001'],
    ['1.3.6.1.4.1.14519.5.2.1.6279.6001.1000_57', '1.3.6.1.4.1.14519.5.2.1.6279.6001.1000'],
    ['0001_NI000_slice003', '0001'],
    ['patient12-img-3', 'patient12'],
    ['12_3', '12'],
    ['slice_12', 'slice_12'],
    ['a', 'a'],
  ])('%s is of %s', (id, scan) => {
    expect(scanOf(id)).toBe(scan);
  });
});

describe('volumes', () => {
  it('keep their spacing; masks must lie on their grid and hold labels', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'volumes'));
    mkdirSync(join(folder, 'labels'));
    const spacing = [3, 1, 0.5] as const;
    const write = async (path: string, values: Float32Array, shape: number[]) =>
      writeVolume(join(folder, path), createVolume(ndarray(values, shape), { spacing }));
    await write(
      'volumes/a.nii.gz',
      Float32Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    );
    await write(
      'labels/a.nii.gz',
      Float32Array.from({ length: 24 }, (_, i) => i % 3),
      [2, 3, 4],
    );
    await write('volumes/b.nii', new Float32Array(24), [2, 3, 4]);
    await write('labels/b.nii', new Float32Array(24).fill(0.5), [2, 3, 4]);
    await write('volumes/c.nii', new Float32Array(24), [2, 3, 4]);
    const shifted = [0.5, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1];
    await writeVolume(
      join(folder, 'labels/c.nii'),
      createVolume(ndarray(new Uint8Array(24), [2, 3, 4]), { affine: shifted }),
    );
    const { items, skipped } = await prepare('nifti-pairs', folder);
    expect(items.get('a')).toMatchObject({ size: [2, 3, 4], spacing: [3, 1, 0.5], area: 16 });
    expect(skipped).toEqual([
      { skipped: 'b', reason: expect.stringContaining('whole numbers from 0 to 255, got 0.5') },
      { skipped: 'c', reason: expect.stringContaining('up to 2.0 mm elsewhere') },
    ]);
  });
});

describe('a map of labels', () => {
  async function scans(values: readonly number[]): Promise<string> {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'masks'));
    const write = async (path: string, numbers: Int16Array) =>
      writeVolume(join(folder, path), createVolume(ndarray(numbers, [1, 2, 3])));
    await write('a.nii.gz', Int16Array.of(1, 2, 3, 4, 5, 6));
    await write('masks/a.nii.gz', Int16Array.from(values));
    return folder;
  }

  it('gives masks of what the numbers become, also of numbers that are no labels', async () => {
    const folder = await scans([0, 2, 4, 4, 1035, 3]);
    await expect(prepare('nifti-pairs', folder)).rejects.toThrow('from 0 to 255, got 1035');
    const { items, output } = await prepare('nifti-pairs', folder, {
      map: { 2: 1, 4: 2, 1035: 0 },
    });
    expect(items.get('a')).toMatchObject({ mask: 'masks/a.nii.gz', area: 4 });
    const { voxels } = await readVolume(join(output, 'masks/a.nii.gz'));
    expect([...voxels.data]).toEqual([0, 1, 2, 2, 0, 3]);
  });

  it('maps at once, not one after the other, also labels that dataset.json names', async () => {
    const folder = await scans([0, 1, 2, 0, 1, 2]);
    const swapped = await prepare('nifti-pairs', folder, { map: { 1: 2, 2: 1 } });
    const { voxels } = await readVolume(join(swapped.output, 'masks/a.nii.gz'));
    expect([...voxels.data]).toEqual([0, 2, 1, 0, 2, 1]);
    const json = { modality: { 0: 'MRI' }, labels: { 0: 'background', 1: 'a', 2: 'b' } };
    const training = [{ image: './a.nii.gz', label: './masks/a.nii.gz' }];
    writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ ...json, training }));
    const msd = await prepare('msd', folder, { map: { 2: 0 } });
    expect(msd.items.get('a')!.area).toBe(2);
  });

  it('is refused where it leads to no label', async () => {
    for (const map of [{ 1: 255 }, { 1: 0.5 }, { '-1': 1 }, { x: 1 } as Record<number, number>]) {
      await expect(prepare('nifti-pairs', '.', { map })).rejects.toThrow('`map` must lead from');
    }
  });
});
