import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  checkManifests,
  datasets,
  exportNnunet,
  filesOf,
  imageDigest,
  loadManifest,
  type ManifestItem,
  prepareDataset,
  splitManifest,
  writeManifest,
} from '../src/index.ts';
import { writeMask, writeNoise } from './make-images.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

const nnunetFolder = () => join(temporaryFolder(), 'Dataset501_Lesions');

/** What an item is, wherever its files are. */
function about(items: readonly ManifestItem[]) {
  const known = items.map(({ mask, seal, image, ...rest }) => ({
    ...rest,
    channels: Object.keys(image),
  }));
  return known.sort((a, b) => (a.id < b.id ? -1 : 1));
}

type Write = (path: string, number: number) => Promise<void>;

/** A manifest of four cases of two patients, with two channels each; its items have a split. */
async function makeManifest(
  kind: 'image-folders' | 'nifti-pairs',
  endings: readonly [string, string, string],
  write: readonly [Write, Write, Write],
): Promise<string> {
  const folder = temporaryFolder();
  for (const [i, id] of ['p1_a', 'p1_b', 'p2_a', 'p2_b'].entries()) {
    for (const [k, ending] of endings.entries()) {
      await write[k]!(join(folder, `${['t1', 'flair', 'masks'][k]}/${id}${ending}`), i);
    }
  }
  const output = join(temporaryFolder(), 'prepared');
  const image = { t1: `t1/{id}${endings[0]}`, flair: `flair/{id}${endings[1]}` };
  const mask = `masks/{id}${endings[2]}`;
  await prepareDataset(datasets[kind], folder, output, { image, mask, patient: '{patient}_*' });
  const path = join(output, 'manifest.jsonl');
  await writeManifest(path, splitManifest(await loadManifest(path), { validation: 0.5 }), path);
  return path;
}

const volumes = (endings: readonly [string, string, string] = ['.nii.gz', '.nrrd', '.nii']) =>
  makeManifest('nifti-pairs', endings, [
    (path, i) => writeRamp(path, i),
    (path, i) => writeRamp(path, 100 + 2 * i),
    (path) => writeLabels(path, [0, 1, 1]),
  ]);

const pictures = () =>
  makeManifest(
    'image-folders',
    ['.png', '.png', '.png'],
    [
      (path, i) => writeNoise(path, `a${i}`, [4, 4, 3]),
      (path, i) => writeNoise(path, `b${i}`, [4, 4, 3]),
      (path) => writeMask(path, [4, 4, 3]),
    ],
  );

describe('named channels that are exported to nnU-Net and prepared again', () => {
  it.each([
    ['volumes', volumes, '.nii.gz'],
    ['2-D images', pictures, '.png'],
  ] as const)('are the same: %s', async (_, make, ending) => {
    const manifest = await make();
    const output = nnunetFolder();
    const counts = { training: 4, test: 0, hasSplits: true };
    expect(await exportNnunet(manifest, output)).toEqual(counts);
    expect(readdirSync(join(output, 'imagesTr')).sort()).toEqual(
      ['p1_a', 'p1_b', 'p2_a', 'p2_b'].flatMap((id) =>
        ['_0000', '_0001'].map((channel) => `${id}${channel}${ending}`),
      ),
    );
    const { channel_names } = JSON.parse(readFileSync(join(output, 'dataset.json'), 'utf8'));
    expect(channel_names).toEqual({ 0: 't1', 1: 'flair' });
    const again = join(temporaryFolder(), 'again');
    const { skipped } = await prepareDataset(datasets.nnunet, output, again);
    expect(skipped).toEqual([]);
    const items = await loadManifest(join(again, 'manifest.jsonl'));
    expect(about(items)).toEqual(about(await loadManifest(manifest)));
    const [, flair] = filesOf(items[0]!.image);
    expect(flair).toMatch(new RegExp(`p1_a_0001${ending}$`));
  });

  it('go by their names, whatever their order in an item', async () => {
    const manifest = await volumes();
    const items = await loadManifest(manifest);
    const { t1, flair } = items[1]!.image as Record<string, string>;
    const turned = items.with(1, { ...items[1]!, image: { flair: flair!, t1: t1! } });
    await writeManifest(manifest, turned, manifest);
    const output = nnunetFolder();
    await exportNnunet(manifest, output);
    const other = nnunetFolder();
    await writeManifest(manifest, items, manifest);
    await exportNnunet(manifest, other);
    for (const name of readdirSync(join(output, 'imagesTr'))) {
      const path = join('imagesTr', name);
      expect(readFileSync(join(output, path)).equals(readFileSync(join(other, path))), name).toBe(
        true,
      );
    }
  });
});

it('a channel that is stored in another order is turned to that of the first', async () => {
  const manifest = await volumes();
  const folder = join(manifest, '..');
  const items = await loadManifest(manifest);
  const { t1, flair } = items[0]!.image as Record<string, string>;
  const { voxels, affine } = await readVolume(join(folder, flair!));
  const turned = affine.map((value, i) => ([2, 6, 10].includes(i) ? -value : value));
  // Slices are 3 mm apart, two of them.
  turned[11] = turned[11]! + 3;
  const reversed = voxels.step(-1, 1, 1);
  await writeVolume(join(folder, 'x.nii.gz'), createVolume(reversed, { affine: turned }));
  const changed = items.with(0, { ...items[0]!, image: { t1: t1!, x: 'x.nii.gz' } });
  await writeManifest(manifest, changed.slice(0, 1), manifest);
  const { errors } = await checkManifests([manifest], { onWarning: expect.unreachable });
  expect(errors).toEqual([expect.stringContaining('its digest is')]);
  const output = nnunetFolder();
  await exportNnunet(manifest, output);
  const written = await readVolume(join(output, 'imagesTr/p1_a_0001.nii.gz'));
  expect(written.affine).toEqual(affine);
  expect(imageDigest(written.voxels)).toBe(imageDigest(voxels));
});

it('a channel on another grid is resampled to that of the first, with a warning', async () => {
  const manifest = await volumes();
  const folder = join(manifest, '..');
  const items = await loadManifest(manifest);
  const { t1 } = items[0]!.image as Record<string, string>;
  // x + 10 y + 100 z of the place in mm, at half the spacing along columns: linear weights keep it.
  const { affine } = await readVolume(join(folder, t1!));
  const finer = affine.map((value, i) => (i % 4 === 0 ? value / 2 : value));
  const at = (matrix: readonly number[], z: number, y: number, x: number) =>
    [1, 10, 100].reduce((sum, weight, i) => {
      const [a, b, c, d] = matrix.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      return sum + weight * (a * x + b * y + c * z + d);
    }, 0);
  const places = (count: number) =>
    Array.from({ length: 6 * count }, (_, i) => {
      return [Math.floor(i / (3 * count)), Math.floor(i / count) % 3, i % count] as const;
    });
  const values = Float32Array.from(places(7), ([z, y, x]) => at(finer, z, y, x));
  const volume = createVolume(ndarray(values, [2, 3, 7]), { affine: finer });
  await writeVolume(join(folder, 'x.nii.gz'), volume);
  const changed = { ...items[0]!, image: { t1: t1!, x: 'x.nii.gz' } };
  await writeManifest(manifest, [changed], manifest);
  const output = nnunetFolder();
  const warnings: string[] = [];
  await exportNnunet(manifest, output, { onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    "'p1_a': its channel 'x' lies on another grid than 't1', [2, 3, 7] voxels, not [2, 3, 4]; it is resampled to that grid",
  ]);
  const written = await readVolume(join(output, 'imagesTr/p1_a_0001.nii.gz'));
  expect(written.affine).toEqual(affine);
  expect([...written.voxels.data]).toEqual(places(4).map(([z, y, x]) => at(affine, z, y, x)));
});

describe('what has no form in nnU-Net', () => {
  async function refusal(change: (item: ManifestItem, folder: string) => Promise<object>) {
    const manifest = await volumes();
    const items = [...(await loadManifest(manifest))];
    const folder = join(manifest, '..');
    items[2] = { ...items[2]!, ...(await change(items[2]!, folder)) };
    await writeManifest(manifest, items, manifest);
    const output = nnunetFolder();
    const message = await exportNnunet(manifest, output).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    expect(readdirSync(join(output, '..'))).toEqual([]);
    return message;
  }

  it('is an image without one of the channels, or without named ones', async () => {
    const without = await refusal(async ({ image }) => ({
      image: { t1: (image as Record<string, string>)['t1'] },
    }));
    expect(without).toMatch(
      /every image must have all channels in nnU-Net, t1, flair, but 'p2_a' has no 'flair'; leave it out, or the channel/,
    );
    const plain = await refusal(async ({ image }) => ({ image: filesOf(image)[0] }));
    expect(plain).toMatch(/'p2_a' has no 't1'/);
  });

  it('is a channel that lies elsewhere, or is none', async () => {
    const named = ({ image }: ManifestItem, flair: string) => ({
      image: { t1: (image as Record<string, string>)['t1'], flair },
    });
    const elsewhere = await refusal(async (item, folder) => {
      const ones = ndarray(new Uint8Array(24).fill(1), [2, 4, 3]);
      const affine = [1, 0, 0, 900, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      await writeVolume(join(folder, 'x.nii'), createVolume(ones, { affine }));
      return named(item, 'x.nii');
    });
    expect(elsewhere).toBe(
      "'p2_a': its channel 'flair' must show what 't1' shows, but lies elsewhere in space; is it of another examination?",
    );
    const picture = await refusal(async (item, folder) => {
      mkdirSync(join(folder, 'x'));
      await writeImage(join(folder, 'x/y.png'), ndarray(new Uint8Array(12), [3, 4]));
      return named(item, 'x/y.png');
    });
    expect(picture).toMatch(/^'p2_a': its channel 'flair' must be a volume as 't1' is, got a 2-D/);
  });
});
