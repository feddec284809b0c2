import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, type Volume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  checkManifests,
  imageDigest,
  type ManifestItem,
  manifestStatistics,
  manifestText,
  readItemFiles,
  readLabels,
} from '../src/index.ts';

const shape: [number, number, number] = [3, 4, 5];
const affine = [-1, 0, 0, 9, 0, -1, 0, 4, 0, 0, 2, -6, 0, 0, 0, 1];
const image = createVolume(
  ndarray(
    Float32Array.from({ length: 60 }, (_, i) => i),
    shape,
  ),
  { affine },
);

/** Labels on the image: 3 voxels in slice 0, 1 in slice 2. */
function labelsOn({ voxels }: Volume = image): Uint8Array {
  const labels = new Uint8Array(voxels.size);
  labels.set([1, 1, 2], 6);
  labels[59] = 1;
  return labels;
}

/** The same voxels, stored from the other end of slices and columns. */
function mirrored(labels: Uint8Array): Volume<Uint8Array> {
  const turned = ndarray(labels, shape).step(-1, 1, -1);
  const data = new Uint8Array(60);
  for (let i = 0; i < 60; i++)
    data[i] = turned.get(Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5);
  return createVolume(ndarray(data, shape), {
    affine: [1, 0, 0, 5, 0, -1, 0, 4, 0, 0, -2, -2, 0, 0, 0, 1],
  });
}

async function written(mask: Volume | undefined): Promise<{ folder: string; item: ManifestItem }> {
  const folder = temporaryFolder();
  await writeVolume(join(folder, 'i.nii.gz'), image);
  if (mask !== undefined) await writeVolume(join(folder, 'm.nii.gz'), mask);
  const item: ManifestItem = {
    id: 'a',
    group: 'a',
    image: 'i.nii.gz',
    mask: 'm.nii.gz',
    size: shape,
    spacing: [2, 1, 1],
    area: 4,
    digest: imageDigest(image.voxels),
  };
  await writeFile(join(folder, 'manifest.jsonl'), manifestText([item]));
  return { folder, item };
}

const manifestOf = (folder: string) => join(folder, 'manifest.jsonl');

describe('labels on the grid of their image', () => {
  it('are brought to its order, with what they hold', async () => {
    const { folder } = await written(mirrored(labelsOn()));
    const read = await readLabels(join(folder, 'm.nii.gz'), 'whole', { like: image });
    const values = Array.from({ length: 60 }, (_, i) =>
      read.voxels.get(Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5),
    );
    expect(values).toEqual([...labelsOn()]);
    expect(read.affine).toEqual(image.affine);
  });

  it('are refused elsewhere, naming the file and the distance; rule and remedy may follow the mask', async () => {
    const away = createVolume(ndarray(labelsOn(), shape), {
      affine: affine.map((value, i) => (i === 3 ? value + 40 : value)),
    });
    const { folder } = await written(away);
    const path = join(folder, 'm.nii.gz');
    await expect(readLabels(path, 'whole', { like: image })).rejects.toThrow(
      /^'.*m.nii.gz' must lie where the image lies, .* up to 40\.0 mm elsewhere/,
    );
    await expect(
      readLabels(path, (mask) => ({ classes: mask.voxels.shape[0]! - 1 })),
    ).rejects.toThrow(/whole numbers from 0 to 1, got 2 .*; renumber its labels first$/);
  });

  it('of a picture need only have its shape', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'm.png');
    await writeImage(path, ndarray(Uint8Array.of(0, 255, 0, 0, 0, 255), [2, 3]));
    const plane = createVolume(ndarray(new Float32Array(6), [1, 2, 3]), {
      affine: [3, 0, 0, 50, 0, 3, 0, 50, 0, 0, 3, 50, 0, 0, 0, 1],
    });
    expect([...(await readLabels(path, 'nonzero', { like: plane })).voxels.data]).toEqual([
      0, 1, 0, 0, 0, 1,
    ]);
    await expect(readLabels(path, 'nonzero', { like: image })).rejects.toThrow(
      /must have the shape of the image, \[3, 4, 5\], got \[1, 2, 3\]/,
    );
  });
});

describe('a manifest whose mask is stored in another order', () => {
  it('is in order, and its slices are those of the image', async () => {
    const { folder, item } = await written(mirrored(labelsOn()));
    expect((await checkManifests([manifestOf(folder)])).errors).toEqual([]);
    const { targets } = await manifestStatistics(manifestOf(folder));
    expect(targets.map(({ slice, area }) => [slice, area])).toEqual([
      [2, 1],
      [0, 3],
    ]);
    const { labels } = await readItemFiles(item, folder);
    expect(labels.voxels.get(0, 1, 3)).toBe(2);
  });

  it('and one whose mask lies elsewhere is not', async () => {
    const away = createVolume(ndarray(labelsOn(), shape), {
      affine: affine.map((value, i) => (i === 11 ? value + 30 : value)),
    });
    const { folder } = await written(away);
    const { errors } = await checkManifests([manifestOf(folder)]);
    expect(errors).toEqual([
      expect.stringMatching(/^'a': its mask must lie .* 30\.0 mm elsewhere/),
    ]);
    await expect(manifestStatistics(manifestOf(folder))).rejects.toThrow(
      /'a': its mask .*30\.0 mm/,
    );
  });
});

describe('an image of one slice', () => {
  it.each([1, 3])(
    'or of %i as channels: its mask is held against where it lies',
    async (slices) => {
      const folder = temporaryFolder();
      const flat = createVolume(
        ndarray(
          new Float32Array(6 * slices).map((_, i) => i),
          [slices, 2, 3],
        ),
        {
          affine,
        },
      );
      await writeVolume(join(folder, 'i.nii'), flat);
      const check = async (dx: number) => {
        const placed = affine.map((value, i) => (i === 3 ? value + dx : value));
        const labels = ndarray(Uint8Array.of(0, 1, 0, 0, 0, 0), [1, 2, 3]);
        await writeVolume(join(folder, 'm.nii'), createVolume(labels, { affine: placed }));
        const item: ManifestItem = {
          id: 'a',
          group: 'a',
          image: 'i.nii',
          mask: 'm.nii',
          size: [1, 2, 3],
          spacing: [2, 1, 1],
          area: 1,
          digest: imageDigest(flat.voxels),
        };
        await writeFile(manifestOf(folder), manifestText([item]));
        return (await checkManifests([manifestOf(folder)])).errors;
      };
      expect(await check(0)).toEqual([]);
      expect(await check(40)).toEqual([expect.stringMatching(/its mask must lie .* 40\.0 mm/)]);
    },
  );
});
