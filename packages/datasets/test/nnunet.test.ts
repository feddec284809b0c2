import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { readImage, readVolume, writeImage } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  checkManifests,
  datasets,
  filesOf,
  findCases,
  loadManifest,
  manifestStatistics,
  type PrepareOptions,
  prepareDataset,
} from '../src/index.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

const json = {
  channel_names: { 0: 'FLAIR', 1: 'T1' },
  labels: { background: 0, lesion: 1, edema: 2 },
  numTraining: 3,
  file_ending: '.nii.gz',
};

/** Three training cases and two of the test, one without a label, of two channels each. */
async function makeRaw(description: object = json, splits?: readonly object[]): Promise<string> {
  const folder = join(temporaryFolder(), 'Dataset001_Brain');
  for (const name of ['imagesTr', 'labelsTr', 'imagesTs', 'labelsTs']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  for (const [i, id] of ['a_1', 'a_2', 'b_1'].entries()) {
    for (const channel of [0, 1]) {
      await writeRamp(join(folder, `imagesTr/${id}_000${channel}.nii.gz`), 100 * channel + i);
    }
    await writeLabels(join(folder, `labelsTr/${id}.nii.gz`), [1, 1, 2]);
  }
  for (const [i, id] of ['c_1', 'c_2'].entries()) {
    for (const channel of [0, 1]) {
      await writeRamp(join(folder, `imagesTs/${id}_000${channel}.nii.gz`), 100 * channel + 7 + i);
    }
  }
  await writeLabels(join(folder, 'labelsTs/c_1.nii.gz'), [2]);
  describeAs(folder, description);
  if (splits !== undefined)
    writeFileSync(join(folder, 'splits_final.json'), JSON.stringify(splits));
  return folder;
}

function describeAs(folder: string, description: unknown): void {
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify(description));
}

async function prepare(folder: string, options: PrepareOptions = {}) {
  const output = join(temporaryFolder(), 'prepared');
  const { skipped, lacking } = await prepareDataset(datasets.nnunet, folder, output, options);
  const items = await loadManifest(join(output, 'manifest.jsonl'));
  return { items, skipped, lacking, output };
}

describe('a raw folder of nnU-Net', () => {
  it('gives cases of the channel that is wanted, by name or number, with masks where they lie', async () => {
    const folder = await makeRaw();
    for (const [channel, first] of [
      ['flair', 0],
      ['T1', 100],
      ['1', 100],
    ] as const) {
      const { items, skipped, output } = await prepare(folder, { channel });
      expect(items.map(({ id, split, area }) => [id, split, area])).toEqual([
        ['a_1', 'training', 3],
        ['a_2', 'training', 3],
        ['b_1', 'training', 3],
        ['c_1', 'test', 1],
      ]);
      expect(basename(items[0]!.mask!)).toBe('a_1.nii.gz');
      expect(readdirSync(output)).toEqual(['manifest.jsonl', 'skipped.jsonl']);
      expect(
        (await readVolume(join(output, filesOf(items[0]!.image)[0]))).voxels.get(0, 0, 0),
      ).toBe(first);
      expect(skipped).toEqual([
        {
          skipped: expect.stringContaining('imagesTs/c_2_000'),
          reason:
            "its mask 'labelsTs/c_2.nii.gz' must be there, but is not; it is a test image whose truth is not here",
        },
      ]);
    }
  });

  it('gives cases of all channels, or of those that are wanted in their order', async () => {
    const folder = await makeRaw();
    rmSync(join(folder, 'imagesTr/a_2_0001.nii.gz'));
    rmSync(join(folder, 'imagesTs/c_1_0000.nii.gz'));
    for (const [channel, names] of [
      [undefined, ['FLAIR', 'T1']],
      [
        ['T1', '0'],
        ['T1', 'FLAIR'],
      ],
    ] as const) {
      const { items, lacking } = await prepare(folder, { channel });
      expect(items.map(({ id, image }) => [id, ...Object.keys(image)])).toEqual([
        ['a_1', ...names],
        ['a_2', 'FLAIR'],
        ['b_1', ...names],
        ['c_1', 'T1'],
      ]);
      expect(Object.values(items[0]!.image).map((path) => basename(path))).toEqual(
        names.map((name) => (name === 'T1' ? 'a_1_0001.nii.gz' : 'a_1_0000.nii.gz')),
      );
      expect(Object.fromEntries(lacking)).toEqual({ FLAIR: 1, T1: 1 });
    }
  });

  it.each([
    [['MRI', 'MRI'], ['MRI_0', 'MRI_1'], 'MR'],
    [['CT', 'PET'], ['CT', 'PET'], undefined],
    [['T1/T2', '7'], ['T1_T2', 'channel_1'], undefined],
    [['channel_1', '1'], ['channel_1', 'channel_1_'], undefined],
  ])('names channels that dataset.json calls %j %j', async (written, names, modality) => {
    const channel_names = Object.fromEntries(written.entries());
    const { items } = await prepare(await makeRaw({ ...json, channel_names }));
    expect(Object.keys(items[0]!.image)).toEqual(names);
    expect(items[0]!.modality).toBe(modality);
    expect(new Set(Object.values(items[0]!.image)).size).toBe(2);
  });

  it('takes groups from names, and a label by its name as a mask of its own', async () => {
    const options = { channel: 'FLAIR', patient: '{patient}_*', target: 'EDEMA' };
    const { items, output } = await prepare(await makeRaw(), options);
    expect(items.map(({ group, area }) => [group, area])).toEqual([
      ['a', 1],
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    const { voxels } = await readVolume(join(output, 'masks/a_1.nii.gz'));
    expect([...voxels.data]).toEqual([0, 0, 1, ...new Array(21).fill(0)]);
  });

  it('takes a fold of splits_final.json as the split', async () => {
    const folder = await makeRaw(json, [
      { train: ['a_1', 'a_2'], val: ['b_1'] },
      { train: ['b_1'], val: ['a_1', 'x'] },
    ]);
    const splitOf = async (options: PrepareOptions) => {
      const { items, skipped } = await prepare(folder, { channel: '0', ...options });
      const reasons = skipped.map((one) => `${one.skipped}: ${one.reason}`);
      return { splits: items.map(({ id, split }) => `${id} ${split}`), reasons };
    };
    const first = await splitOf({});
    expect(first.splits).toEqual(['a_1 training', 'a_2 training', 'b_1 validation', 'c_1 test']);
    const second = await splitOf({ fold: 1 });
    expect(second.splits).toEqual(['a_1 validation', 'b_1 training', 'c_1 test']);
    expect(second.reasons).toEqual([
      "splits_final.json: it names 'x', of which there is no image",
      'imagesTr/a_2_0000.nii.gz: it must be in `train` or `val` of fold 1 of splits_final.json, but is in neither',
      expect.stringContaining('c_2'),
    ]);
    await expect(splitOf({ fold: 2 })).rejects.toThrow(
      /splits_final.json': `fold` must be a whole number from 0 to 1, got 2/,
    );
    await expect(prepare(await makeRaw(), { channel: '0', fold: 1 })).rejects.toThrow(
      /`fold` needs '.*splits_final.json', which is not there/,
    );
    const both = await makeRaw(json, [{ train: ['a_1'], val: ['a_1'] }]);
    await expect(prepare(both, { channel: '0' })).rejects.toThrow("but 'a_1' is in both of fold 0");
    const wrong = await makeRaw(json, [{ train: 'a_1', val: [] }]);
    await expect(prepare(wrong, { channel: '0' })).rejects.toThrow(
      /splits_final.json': \[0\].train: expected array, got "a_1"/,
    );
  });

  it('reads the first version, and CT by its name', async () => {
    const folder = await makeRaw({
      modality: { 0: 'CT' },
      labels: { 0: 'background', 1: 'lesion', 2: 'edema' },
      numTraining: 3,
      training: [{ image: './imagesTr/a_1.nii.gz', label: './labelsTr/a_1.nii.gz' }],
      test: ['./imagesTs/c_1.nii.gz'],
    });
    for (const part of ['imagesTr', 'imagesTs']) {
      for (const name of readdirSync(join(folder, part))) {
        if (name.endsWith('_0001.nii.gz')) rmSync(join(folder, part, name));
      }
    }
    const { items } = await prepare(folder);
    expect(items.map(({ id, modality }) => `${id} ${modality}`)).toEqual(
      ['a_1', 'a_2', 'b_1', 'c_1'].map((id) => `${id} CT`),
    );
  });

  it('reads cases that dataset.json lists, wherever they are', async () => {
    const raw = await makeRaw();
    renameSync(join(raw, 'imagesTr'), join(raw, 'scans'));
    describeAs(raw, {
      ...json,
      numTraining: 1,
      dataset: {
        p: {
          images: ['scans/a_1_0000.nii.gz', join(raw, 'scans/a_1_0001.nii.gz')],
          label: 'labelsTr/a_1.nii.gz',
        },
      },
    });
    const { items, output } = await prepare(raw, { channel: 'T1' });
    expect(items.map(({ id }) => id)).toEqual(['p']);
    expect((await readVolume(join(output, filesOf(items[0]!.image)[0]))).voxels.get(0, 0, 0)).toBe(
      100,
    );
  });

  it('takes a 2-D image as one that holds all its channels', async () => {
    const folder = join(temporaryFolder(), 'Dataset120_Road');
    for (const name of ['imagesTr', 'labelsTr']) mkdirSync(join(folder, name), { recursive: true });
    const colours = ndarray(
      Uint8Array.from({ length: 36 }, (_, i) => 5 * i),
      [3, 4, 3],
    );
    await writeImage(join(folder, 'imagesTr/img (1)_0000.png'), colours);
    await writeImage(
      join(folder, 'labelsTr/img (1).png'),
      ndarray(Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), [3, 4]),
    );
    describeAs(folder, {
      channel_names: { 0: 'R', 1: 'G', 2: 'B' },
      labels: { background: 0, road: 1 },
      numTraining: 1,
      file_ending: '.png',
    });
    const { items } = await prepare(folder);
    expect(items).toMatchObject([{ id: 'img (1)', size: [1, 3, 4], area: 2, spacing: null }]);
    expect(items[0]).not.toHaveProperty('modality');
    await expect(prepare(folder, { channel: 'R' })).rejects.toThrow(
      /`channel` means nothing here, because each image holds all channels, R, G, B/,
    );
    await expect(prepare(folder, { consensus: 'staple' })).rejects.toThrow(
      '`consensus` means nothing for this kind of data set; it takes `patient`, `target`, `channel`, `fold`',
    );
  });
});

describe('what is wrong with a raw folder of nnU-Net', () => {
  it('is skipped case by case with a reason that names the file', async () => {
    const folder = await makeRaw({ ...json, numTraining: 20 });
    const at = (path: string) => join(folder, path);
    rmSync(at('imagesTr/a_1_0001.nii.gz'));
    rmSync(at('labelsTr/a_2.nii.gz'));
    await writeLabels(at('labelsTr/lost.nii.gz'), [1]);
    await writeRamp(at('imagesTr/e_0000.nii'), 0);
    await writeRamp(at('imagesTr/f.nii.gz'), 0);
    await writeRamp(at('imagesTr/g_0002.nii.gz'), 0);
    await writeLabels(at('labelsTr/g.nii.gz'), [1]);
    await writeRamp(at('imagesTr/h_0001.nii.gz'), 50);
    await writeLabels(at('labelsTr/h.nii.gz'), [1, 3]);
    const { items, skipped } = await prepare(folder, { channel: 'T1' });
    expect(items.map(({ id }) => id)).toEqual(['b_1', 'c_1']);
    const reasons = Object.fromEntries(skipped.map((one) => [one.skipped, one.reason]));
    expect(reasons).toMatchObject({
      'dataset.json':
        '`numTraining` must be the number of training cases, 5, got 20; are some missing?',
      'imagesTr/e_0000.nii':
        'its name must end in _0000.nii.gz or the like, by channel, as `file_ending` of dataset.json says; rename it',
      'imagesTr/f.nii.gz': expect.stringContaining('must end in _0000.nii.gz'),
      'labelsTr/lost.nii.gz': "its image 'imagesTr/lost_0000.nii.gz' must be there, but is not",
      'labelsTr/a_1.nii.gz': "its channel _0001, 'T1', must be there, but there are _0000",
      'imagesTr/a_2_0001.nii.gz': "its mask 'labelsTr/a_2.nii.gz' must be there, but is not",
      'labelsTr/g.nii.gz':
        'channels must be those that dataset.json names, 2 from _0000 on, but there are _0002; name all of them there',
      h: expect.stringMatching(
        /must hold whole numbers from 0 to 2, got 3 at .*; correct the mask, or name the label/,
      ),
    });
  });

  it('is an error where it concerns all, naming file, requirement and what came', async () => {
    const wrong = async (change: object, options: PrepareOptions = { channel: '0' }) =>
      prepare(await makeRaw({ ...json, ...change }), options).catch(({ message }) => message);
    expect(await wrong({}, { channel: ['T1', '1'] })).toMatch(
      /`channel` must name different ones of 0 'FLAIR', 1 'T1', got 'T1' twice/,
    );
    expect(await wrong({ channel_names: { 0: 'FLAIR', 1: 'T1', 2: 'T2' } }, {})).toMatch(
      /dataset.json': names the channel _0002, 'T2', of which there must be images, but is none/,
    );
    expect(await wrong({}, { channel: 'T2' })).toMatch(
      /must be one of 0 'FLAIR', 1 'T1', got 'T2'/,
    );
    expect(await wrong({}, { channel: '0', target: 'cyst' })).toMatch(
      /no label is called 'cyst'; there are 'lesion', 'edema'/,
    );
    expect(await wrong({ labels: { background: 0, whole: [1, 2], core: 2 } })).toMatch(
      /got regions of several, which overlap, among 'whole', 'core'; choose one by `target`/,
    );
    expect(await wrong({ channel_names: { 0: 'a', 2: 'b' } })).toMatch(/without a gap, got 0, 2/);
    expect(await wrong({ channel_names: undefined })).toMatch(/by `channel_names` or `modality`/);
    expect(await wrong({ labels: undefined })).toMatch(/dataset.json': labels: expected/);
    expect(await wrong({ file_ending: '.bmp' })).toMatch(/`file_ending` must be of .*, got '.bmp'/);
    expect(await wrong({ file_ending: 'png' })).toMatch(/file_ending: must start with a dot/);
    const folder = await makeRaw();
    writeFileSync(join(folder, 'dataset.json'), '{ "labels": ');
    await expect(prepare(folder)).rejects.toThrow(/dataset.json': must hold JSON/);
    rmSync(join(folder, 'dataset.json'));
    await expect(prepare(folder)).rejects.toThrow(/dataset.json': it does not exist/);
  });

  it('regions are taken by name', async () => {
    const regions = { background: 0, whole: [1, 2], core: [2] };
    const { items } = await prepare(await makeRaw({ ...json, labels: regions }), {
      channel: '0',
      target: 'whole',
    });
    expect(items.map(({ area }) => area)).toEqual([3, 3, 3, 1]);
  });

  it('voxels that `ignore` marks stay marked, in the files of the data set and in those made', async () => {
    const ignoring = { background: 0, lesion: 1, edema: 2, ignore: 3 };
    const folder = await makeRaw({ ...json, labels: ignoring });
    await writeLabels(join(folder, 'labelsTr/a_2.nii.gz'), [1, 3, 3, 0, 2]);
    for (const [target, ignore, area, kept] of [
      [undefined, 3, 2, [1, 3, 3, 0, 2]],
      ['lesion', 255, 1, [1, 255, 255, 0, 0]],
    ] as const) {
      const { items, skipped, output } = await prepare(folder, { channel: '0', target });
      expect(skipped.filter(({ skipped: name }) => name === 'a_2')).toEqual([]);
      const item = items.find(({ id }) => id === 'a_2')!;
      expect(item).toMatchObject({ ignore, area });
      const { voxels } = await readVolume(join(output, item.mask!));
      expect([...voxels.data].slice(0, 5)).toEqual(kept);
      const manifest = join(output, 'manifest.jsonl');
      expect((await checkManifests([manifest])).errors).toEqual([]);
      const { parts } = await manifestStatistics(manifest);
      expect(parts.at(-1)!.totalArea).toBe(items.reduce((sum, one) => sum + one.area, 0));
      const [one] = (await findCases({ manifest }, '/')).filter(({ id }) => id === 'a_2');
      expect(one!.labels).toEqual({ ignore });
    }
  });
});

describe('the masks of 2-D images', () => {
  it('hold the labels that dataset.json names', async () => {
    const folder = join(temporaryFolder(), 'Dataset002_X');
    for (const name of ['imagesTr', 'labelsTr']) mkdirSync(join(folder, name), { recursive: true });
    for (const [id, label] of [
      ['a', 1],
      ['b', 255],
    ] as const) {
      const grey = ndarray(
        Uint8Array.from({ length: 12 }, (_, i) => i + label),
        [3, 4],
      );
      await writeImage(join(folder, `imagesTr/${id}_0000.png`), grey);
      const mask = new Uint8Array(12);
      mask[3] = label;
      await writeImage(join(folder, `labelsTr/${id}.png`), ndarray(mask, [3, 4]));
    }
    describeAs(folder, {
      channel_names: { 0: 'US' },
      labels: { background: 0, lesion: 1 },
      numTraining: 2,
      file_ending: '.png',
    });
    const { items, skipped, output } = await prepare(folder);
    expect(items).toMatchObject([{ id: 'a', modality: 'US', area: 1 }]);
    expect(skipped[0]!.reason).toMatch(/from 0 to 1, got 255/);
    expect((await readImage(join(output, filesOf(items[0]!.image)[0]))).pixels.shape).toEqual([
      3, 4, 1,
    ]);
    expect(readFileSync(join(output, 'skipped.jsonl'), 'utf8')).toContain('255');
  });
});
