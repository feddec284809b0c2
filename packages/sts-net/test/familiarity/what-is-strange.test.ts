import type { Channels, Preprocessing } from '@sts-net/inference';
import { uniform } from '@sts-net/testing';
import {
  createVolume,
  decodeVolume,
  encodeVolume,
  reorient,
  type Volume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { casesInMemory } from '../../src/cases/case-reader.ts';
import { lookAtTraining, type TrainedOn } from '../../src/familiarity/trained-on.ts';
import { whatIsStrange } from '../../src/familiarity/what-is-strange.ts';

type Triple = readonly [number, number, number];

/** Intensities from 0 to 100, times and plus something. */
const volumeOf = (spacing: Triple, times = 1, plus = 0): Volume<Float32Array> =>
  createVolume(
    ndarray(
      uniform('v', 240).map((u) => plus + 100 * times * u),
      [4, 6, 10],
    ),
    {
      spacing,
    },
  );
const window: Preprocessing = { normalization: { name: 'window', low: 0, high: 100 } };

async function trained(images: readonly Channels[], preprocessing = window) {
  const { cases, reader } = await casesInMemory(
    images.map((image, i) => ({ id: `secret-${i}`, image, mask: volumeOf([1, 1, 1]) })),
  );
  return lookAtTraining(cases, preprocessing, reader);
}

const usual = () => trained([volumeOf([3, 1, 1]), volumeOf([4, 0.8, 0.9])]);
const strange = async (
  image: Channels,
  preprocessing: Preprocessing = window,
  known?: TrainedOn,
  flat = false,
) => whatIsStrange({ id: 'p1', image, flat }, preprocessing, known ?? (await usual()));

/** As a file that says neither how it is turned nor how far its slices are apart. */
async function unknownGrid(): Promise<Volume> {
  const bytes = await encodeVolume(volumeOf([1, 1, 1]));
  const view = new DataView(bytes.buffer);
  // qform_code, sform_code, and pixdim[3] (nifti1.h).
  view.setInt16(252, 0, true);
  view.setInt16(254, 0, true);
  view.setFloat32(88, 0, true);
  return decodeVolume(bytes);
}

describe('lookAtTraining', () => {
  it('keeps ranges, and nothing of a case', async () => {
    const known = await usual();
    expect(known).toMatchObject({
      flat: false,
      spacing: { slices: [3, 4], rows: [0.8, 1], columns: [0.9, 1] },
      orientations: ['RAS'],
    });
    const [low, high] = known!.intensities['']!;
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(100);
    expect(high - low).toBeGreaterThan(90);
    expect(JSON.stringify(known)).not.toContain('secret');
  });

  it('follows the axis and the orientation of the preprocessing', async () => {
    const known = await trained([volumeOf([3, 1, 2])], { ...window, orientation: 'SRA', axis: 1 });
    // Columns run up to the head, rows to the right, slices to the front: cut across the rows.
    expect(known).toMatchObject({
      spacing: { slices: [2, 2], rows: [1, 1], columns: [3, 3] },
      orientations: ['SRA'],
    });
  });

  it('does not look at what may be a 2-D image', async () => {
    const colour = createVolume(ndarray(uniform('c', 120), [3, 4, 10]));
    expect(await trained([colour])).toBeUndefined();
  });
});

describe('whatIsStrange', () => {
  it('says nothing of images like those of the training, or where nothing is known', async () => {
    expect(await strange(volumeOf([3.5, 0.9, 1]))).toEqual([]);
    expect(await strange(volumeOf([4.5, 0.7, 1.2]))).toEqual([]);
    const far = { id: 'p1', image: volumeOf([30, 9, 9]), flat: false };
    expect(whatIsStrange(far, window, undefined)).toEqual([]);
  });

  it('says how much farther apart voxels are', async () => {
    expect(await strange(volumeOf([10, 1, 0.45]))).toEqual([
      "'p1': slices are 10 mm apart, 2.5 times farther apart than in training (3 to 4 mm)",
      "'p1': columns are 0.45 mm apart, 2 times closer together than in training (0.9 to 1 mm)",
    ]);
  });

  it('bears more where images are brought to a spacing, and all in planes of one size', async () => {
    const brought = { ...window, spacing: { inPlane: [1, 1] as const } };
    expect(await strange(volumeOf([3, 2.5, 2.5]), brought)).toEqual([]);
    expect(await strange(volumeOf([3, 4, 2.5]), brought)).toHaveLength(1);
    expect(await strange(volumeOf([3, 9, 9]), { ...window, size: [8, 8] })).toEqual([]);
  });

  it('says how an image is turned', async () => {
    const image = volumeOf([3, 1, 1]);
    expect(await strange(reorient(image, 'LPS'))).toEqual([
      "'p1': columns, rows and slices lead towards L, P, S, the other way round than in training (RAS)",
    ]);
    const cut = await strange(reorient(volumeOf([1, 3, 1]), 'RSA'));
    expect(cut).toContain(
      "'p1': columns, rows and slices lead towards R, S, A, along other axes of the body than in training (RAS)",
    );
    expect(await strange(reorient(image, 'LPS'), { ...window, orientation: 'RAS' })).toEqual([]);
  });

  it('says what a file does not tell', async () => {
    expect(await strange(await unknownGrid())).toEqual([
      "'p1': the file does not say how far slices are apart; in training they were 3 to 4 mm",
      "'p1': the file does not say how the image is turned; in training: RAS",
    ]);
  });

  it('says that intensities are others, where the normalization is fixed', async () => {
    const [text, ...more] = await strange(volumeOf([3, 1, 1], 1, 1024));
    expect(more).toEqual([]);
    expect(text).toMatch(/^'p1': intensities are 10\d\d to 11\d\d, in training \d.* to 9\d/);
    expect(await strange(volumeOf([3, 1, 1], 257))).toHaveLength(1);
    const own = { normalization: { name: 'all' } as const };
    expect(await strange(volumeOf([3, 1, 1], 257), own)).toEqual([]);
  });

  it('tells volumes from 2-D images, and what is one number everywhere', async () => {
    expect(await strange(volumeOf([1, 1, 1]), window, undefined, true)).toEqual([
      "'p1': the network was trained on volumes, not 2-D images",
    ]);
    const flair = volumeOf([3, 1, 1]);
    const t1 = createVolume(ndarray(new Float32Array(240).fill(7), [4, 6, 10]), {
      spacing: [3, 1, 1],
    });
    expect(await strange(t1)).toEqual(["'p1': the image is 7 everywhere"]);
    // Refused by what measures intensities.
    expect(await strange(t1, { normalization: { name: 'all' } })).toEqual([]);
    expect(await strange({ flair, t1 })).toEqual(["'p1': channel 't1' is 7 everywhere"]);
  });
});
