import type { NdArray } from '@sts-net/views';
import { compactImage } from '../operations/compact.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';

/**
 * Changes the intensities of a sample, all channels together; what is nothing (see `Sample.keepsZero`) is
 * not among them and stays, as does the mask.
 * @param change writes new numbers over those that it gets, in whatever order they lie
 */
export function changeIntensities(
  subject: string,
  sample: Sample,
  change: (values: Float32Array) => void,
): Sample {
  sampleSize(subject, sample);
  const image = compactImage(sample.image);
  const values = image.data;
  const { keepsZero } = sample;
  if (keepsZero === undefined || !keepsZero.includes(true)) change(values);
  else {
    const isThere = presence(keepsZero, values);
    let count = 0;
    for (let i = 0; i < isThere.length; i++) count += isThere[i]!;
    const there = new Float32Array(count);
    for (let i = 0, to = 0; i < values.length; i++) if (isThere[i] === 1) there[to++] = values[i]!;
    change(there);
    for (let i = 0, from = 0; i < values.length; i++) {
      if (isThere[i] === 1) values[i] = there[from++]!;
    }
  }
  return { ...sample, image };
}

/** The sample with `image` in C order in place of its own, but for what is nothing, which stays 0. */
export function withImage(sample: Sample, image: NdArray<Float32Array>): Sample {
  const { keepsZero } = sample;
  if (keepsZero?.includes(true)) {
    const isThere = presence(keepsZero, compactImage(sample.image).data);
    for (let i = 0; i < isThere.length; i++) if (isThere[i] === 0) image.data[i] = 0;
  }
  return { ...sample, image };
}

/** 1 for each number that is an intensity, 0 for what is nothing. */
function presence(keepsZero: readonly boolean[], values: Float32Array): Uint8Array {
  const channels = keepsZero.length;
  const isThere = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0 || keepsZero[i % channels] === false) isThere[i] = 1;
  }
  return isThere;
}
