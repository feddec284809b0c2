import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { imageSeal } from '../src/images/image-digest.ts';
import {
  checkManifests,
  type DatasetName,
  type DatasetSpec,
  datasets,
  digestOfChannels,
  imageDigest,
  loadManifest,
  type PrepareOptions,
  prepareDataset,
} from '../src/index.ts';
import { writeMask, writeNoise } from './make-images.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

async function prepare(kind: DatasetName | DatasetSpec, folder: string, options: PrepareOptions) {
  const output = join(temporaryFolder(), 'prepared');
  const warnings: string[] = [];
  const spec = typeof kind === 'string' ? datasets[kind] : kind;
  const onWarning = (text: string) => void warnings.push(text);
  const { lacking, skipped } = await prepareDataset(spec, folder, output, {
    ...options,
    onWarning,
  });
  const path = join(output, 'manifest.jsonl');
  const items = await loadManifest(path);
  return { items, lacking: Object.fromEntries(lacking), skipped, output, path, warnings };
}

const digestOf = async (path: string) => imageDigest((await readVolume(path)).voxels);

describe('folders of named channels', () => {
  // Names as those of MSLesSeg: patients, and a folder for each time point.
  async function makeSessions(): Promise<string> {
    const folder = temporaryFolder();
    for (const [i, id] of ['P1/T1/P1_T1', 'P1/T2/P1_T2', 'P2/T1/P2_T1'].entries()) {
      const at = (kind: string) => join(folder, 'train', `${id}_${kind}.nii.gz`);
      for (const [k, kind] of ['FLAIR', 'T1', 'T2'].entries()) {
        if (id.startsWith('P2') && kind !== 'T2') continue;
        await writeRamp(at(kind), 10 * i + k);
      }
      await writeLabels(at('MASK'), [1, 1]);
    }
    return folder;
  }
  const at = (kind: string) => `train/{group}/*/{id}_${kind}.nii.gz`;
  const image = { flair: at('FLAIR'), t1: at('T1'), t2: at('T2') };

  it('make one item of what has one id, and say which channels are lacking', async () => {
    const folder = await makeSessions();
    const options = { image, mask: at('MASK') };
    const prepared = await prepare('nifti-pairs', folder, options);
    const { items, lacking, output, path } = prepared;
    expect(items.map(({ id, group, image: own }) => [id, group, ...Object.keys(own)])).toEqual([
      ['P1_T1', 'P1', 'flair', 't1', 't2'],
      ['P1_T2', 'P1', 'flair', 't1', 't2'],
      ['P2_T1', 'P2', 't2'],
    ]);
    expect(lacking).toEqual({ flair: 1, t1: 1 });
    expect([prepared.skipped, prepared.warnings]).toEqual([[], []]);
    const files = Object.values(items[0]!.image).map((file) => resolve(output, file));
    expect(files).toEqual(
      ['FLAIR', 'T1', 'T2'].map((kind) => join(folder, `train/P1/T1/P1_T1_${kind}.nii.gz`)),
    );
    const digests = await Promise.all(files.map(digestOf));
    expect(items[0]).toMatchObject({
      digest: digestOfChannels(digests),
      size: [2, 3, 4],
      spacing: [3, 1, 2],
      area: 2,
    });
    // Of a single channel it is that of the file.
    expect(items[2]!.digest).toBe(await digestOf(join(folder, 'train/P2/T1/P2_T1_T2.nii.gz')));
    expect((await checkManifests([path])).errors).toEqual([]);
  });

  it('take the grid of the first, and warn of others', async () => {
    const folder = await makeSessions();
    const finer = createVolume(ndarray(new Float32Array(48), [4, 3, 4]), { spacing: [2, 1, 2] });
    await writeVolume(join(folder, 'train/P1/T2/P1_T2_FLAIR.nii.gz'), finer);
    const options = { image: { t1: image.t1, flair: image.flair }, mask: at('MASK') };
    const { items, warnings, skipped } = await prepare('nifti-pairs', folder, options);
    expect(items.map(({ id, size }) => [id, ...size])).toEqual([
      ['P1_T1', 2, 3, 4],
      ['P1_T2', 2, 3, 4],
    ]);
    expect([skipped, warnings]).toEqual([
      [],
      [
        "'P1_T2': its channel 'flair' lies on another grid than 't1', [4, 3, 4] voxels, not [2, 3, 4]; training brings it to that grid",
      ],
    ]);
    // The mask lies on that of T1.
    const other = await prepare('nifti-pairs', folder, { image, mask: at('MASK') });
    expect(other.items.map(({ id }) => id)).toEqual(['P1_T1', 'P2_T1']);
    expect(other.skipped).toEqual([
      { skipped: 'P1_T2', reason: expect.stringMatching(/^its mask must .* its channel 'flair'/) },
    ]);
  });

  it('of 2-D images have a fingerprint of the first and a seal of all files', async () => {
    const folder = temporaryFolder();
    for (const id of ['a', 'b']) {
      await writeNoise(join(folder, `x/${id}.png`), id, [4, 4, 3]);
      await writeNoise(join(folder, `y/${id}.png`), 'the same', [4, 4, 3]);
      await writeMask(join(folder, `m/${id}.png`), [4, 4, 3]);
    }
    const options = { image: { x: 'x/{id}.png', y: 'y/{id}.png' }, mask: 'm/{id}.png' };
    const { items, path } = await prepare('image-folders', folder, options);
    const plain = await prepare('image-folders', folder, { ...options, image: 'x/{id}.png' });
    expect(items.map(({ fingerprint }) => fingerprint)).toEqual(
      plain.items.map(({ fingerprint }) => fingerprint),
    );
    const files = ['x/a.png', 'y/a.png'].map((name) => join(folder, name));
    expect(items[0]!.seal).toBe(await imageSeal(files, items[0]!));
    expect((await checkManifests([path])).errors).toEqual([]);
    await writeNoise(join(folder, 'y/b.png'), 'another', [4, 4, 3]);
    expect((await checkManifests([path])).errors).toEqual([
      expect.stringMatching(/^'b': its digest is/),
    ]);
  });

  it('leave out a photograph in colours as a channel', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'x'));
    const pixels = Uint8Array.from({ length: 24 * 32 * 3 }, (_, i) => i % 251);
    await writeImage(join(folder, 'x/a.png'), ndarray(pixels, [24, 32, 3]));
    await writeMask(join(folder, 'm/a.png'), [4, 4, 3]);
    const work = prepare('image-folders', folder, {
      image: { x: 'x/{id}.png' },
      mask: 'm/{id}.png',
    });
    await expect(work).rejects.toThrow(
      "'a': its channel 'x' must be grey, got red, green and blue",
    );
  });

  it('group the same image, whatever its channels are called', async () => {
    const folder = temporaryFolder();
    for (const id of ['a', 'b']) {
      await writeRamp(join(folder, `t1/${id}.nii`), 1);
      await writeRamp(join(folder, `t2/${id}.nii`), 2);
      await writeLabels(join(folder, `m/${id}.nii`), [1]);
    }
    const spec: DatasetSpec = {
      description: '',
      layout: '',
      options: [],
      async *list(root) {
        const file = (name: string) => join(root, name);
        const mask = (id: string) => [file(`m/${id}.nii`)];
        const a = { t1: file('t1/a.nii'), t2: file('t2/a.nii') };
        const b = { two: file('t2/b.nii'), one: () => readVolume(file('t1/b.nii')) };
        yield { id: 'a', group: 'a', image: a, mask: mask('a') };
        yield { id: 'b', group: 'b', image: b, mask: mask('b') };
      },
    };
    const { items, output } = await prepare(spec, folder, {});
    expect(items.map(({ group }) => group)).toEqual(['a', 'a']);
    expect(items[1]!.image).toMatchObject({ one: 'images/b/one.nii.gz' });
    expect((await readVolume(join(output, 'images/b/one.nii.gz'))).voxels.get(0, 0, 0)).toBe(1);
    expect(readFileSync(join(output, 'manifest.jsonl'), 'utf8')).toContain('"image":{"two":');
    const wrong = {
      ...spec,
      list: listOf({ id: 'a', group: 'a', image: { 'a/b': 'x' }, mask: [''] }),
    };
    await expect(prepare(wrong, folder, {})).rejects.toThrow("'a': 'a/b' must name a channel");
  });
});

function listOf(...items: object[]): DatasetSpec['list'] {
  return async function* () {
    yield* items as never[];
  };
}

describe('channels of BIDS', () => {
  async function makeBids(paths: readonly string[]): Promise<string> {
    const folder = temporaryFolder();
    for (const [i, path] of paths.entries()) {
      const file = join(folder, `${path}.nii.gz`);
      if (/_(mask|msk)$/.test(path)) await writeLabels(file, [1]);
      else await writeRamp(file, 10 * i);
    }
    return folder;
  }
  const short = (image: unknown) =>
    Object.entries(image as object).map(([name, path]) => `${name} ${path.replace(/^.*\//, '')}`);

  it('are the images of a session, as in ISLES’22', async () => {
    const at = (one: string, kind: string) => {
      const name = `sub-strokecase${one}/ses-0001`;
      const folder = { msk: `derivatives/${name}`, flair: `${name}/anat` }[kind] ?? `${name}/dwi`;
      return `${folder}/sub-strokecase${one}_ses-0001_${kind}`;
    };
    const folder = await makeBids([
      ...['dwi', 'adc', 'flair', 'msk'].map((kind) => at('0001', kind)),
      ...['dwi', 'adc', 'msk'].map((kind) => at('0002', kind)),
    ]);
    const image = { dwi: 'dwi', adc: 'adc', flair: 'flair' };
    const { items, lacking, skipped } = await prepare('bids', folder, { image });
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ['sub-strokecase0001_ses-0001', 'sub-strokecase0001'],
      ['sub-strokecase0002_ses-0001', 'sub-strokecase0002'],
    ]);
    expect(short(items[0]!.image)).toEqual(
      ['dwi', 'adc', 'flair'].map((one) => `${one} sub-strokecase0001_ses-0001_${one}.nii.gz`),
    );
    expect([lacking, skipped]).toEqual([{ flair: 1 }, []]);
  });

  it('may be of several acquisitions, and of runs where a session has several', async () => {
    const folder = await makeBids([
      'sub-1/anat/sub-1_acq-3D_FLAIR',
      'sub-1/anat/sub-1_T1w',
      'derivatives/m/sub-1/anat/sub-1_acq-3D_label-lesion_mask',
      ...['1', '2'].flatMap((run) => [
        `sub-2/anat/sub-2_run-${run}_FLAIR`,
        `sub-2/anat/sub-2_run-${run}_T1w`,
        `derivatives/m/sub-2/anat/sub-2_run-${run}_label-lesion_mask`,
      ]),
      'sub-3/anat/sub-3_run-1_FLAIR',
      'sub-3/anat/sub-3_run-2_FLAIR',
      'sub-3/anat/sub-3_T1w',
    ]);
    const options = { image: { FLAIR: 'FLAIR', T1: 'T1w' }, mask: 'label-lesion_mask' };
    const { items, skipped } = await prepare('bids', folder, options);
    expect(items.map(({ id, image: own }) => [id, ...short(own)])).toEqual([
      ['sub-1', 'FLAIR sub-1_acq-3D_FLAIR.nii.gz', 'T1 sub-1_T1w.nii.gz'],
      ['sub-2_run-1', 'FLAIR sub-2_run-1_FLAIR.nii.gz', 'T1 sub-2_run-1_T1w.nii.gz'],
      ['sub-2_run-2', 'FLAIR sub-2_run-2_FLAIR.nii.gz', 'T1 sub-2_run-2_T1w.nii.gz'],
    ]);
    // What has no run may belong to either.
    expect(skipped).toEqual([
      {
        skipped: 'sub-3/anat/sub-3_run-1_FLAIR.nii.gz',
        reason:
          "two images of its session may be its channel 'FLAIR', sub-3/anat/sub-3_run-1_FLAIR.nii.gz and sub-3/anat/sub-3_run-2_FLAIR.nii.gz; choose one by `image`",
      },
    ]);
  });

  it('are wrong where none or two are meant', async () => {
    const folder = await makeBids(['sub-1/anat/sub-1_acq-3D_FLAIR', 'sub-1/anat/sub-1_T1w']);
    await expect(prepare('bids', folder, { image: { a: 'FLAIR', b: 'T2w' } })).rejects.toThrow(
      /`image` must be entities and suffix of files that are there, .* got 'T2w'/,
    );
    await expect(prepare('bids', folder, { image: { a: 'FLAIR', b: 'acq-3D' } })).rejects.toThrow(
      /`image` must tell channels from one another, but '.*acq-3D_FLAIR.nii.gz' is 'a' and 'b'/,
    );
    await expect(prepare('bids', folder, {})).rejects.toThrow(/or name several as its channels/);
  });
});
