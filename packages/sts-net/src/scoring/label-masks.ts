import { IGNORED, type Volume } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';

type Labels = NdArray<Uint8Array>;

/** Labels in C order as a mask of 0 and 1: of one label, or without one of all above 0. */
export function maskOf({ data, shape }: Labels, label: number | undefined): Labels {
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = (label === undefined ? data[i] !== 0 : data[i] === label) ? 1 : 0;
  }
  return ndarray(mask, [...shape]);
}

/** The labels above 0 that masks in C order hold, ascending. */
export function labelsIn(masks: readonly Labels[]): readonly number[] {
  const held = new Uint8Array(256);
  for (const { data } of masks) for (const label of data) held[label] = 1;
  return [...held.keys()].filter((label) => label > 0 && held[label] === 1);
}

/** Voxels on which nothing counts. */
export interface IgnoredVoxels {
  /** 1 for each of them, in C order. */
  readonly mask: Uint8Array;
  readonly count: number;
  /** Voxels that predictions ignore but the truth does not, all predictions together. */
  readonly alone: number;
}

/**
 * Takes the voxels that the truth ignores out of all masks, in C order and in place: background there, so that
 * nothing is found, missed or false. What only a prediction ignores is background in it: it finds nothing.
 */
export function leaveOutIgnored(
  truth: Volume<Uint8Array>,
  predictions: readonly Volume<Uint8Array>[],
): IgnoredVoxels {
  const mask = new Uint8Array(truth.voxels.size);
  let [count, alone] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (truth.voxels.data[i] !== IGNORED) continue;
    mask[i] = 1;
    count++;
  }
  for (const { voxels } of [truth, ...predictions]) {
    const { data } = voxels;
    for (let i = 0; i < data.length; i++) {
      if (mask[i] === 0 && data[i] === IGNORED) alone++;
      if (mask[i] === 1 || data[i] === IGNORED) data[i] = 0;
    }
  }
  return { mask, count, alone };
}
