import type { Volume } from '@sts-net/volume-io';
import type { ClassDescription } from '../model/model-description.ts';
import { type SliceView, valuesOfSlice } from './slice-view.ts';

/** Values that are shown black and white. */
export type GreyRange = readonly [black: number, white: number];

/** What is painted. */
export interface Painted {
  readonly image: Volume;
  readonly labels: Volume;
  readonly view: SliceView;
  /** Which slice, from 0. */
  readonly index: number;
  readonly range: GreyRange;
  readonly classes: readonly ClassDescription[];
  /** How much of the image the labels hide, 0 … 1. */
  readonly opacity: number;
  /** Whether the image is a picture, whose slices are its colours. */
  readonly flat: boolean;
}

/** A slice with what was found in it, RGBA, a pixel for each voxel. */
export function paintSlice({
  image,
  labels,
  view,
  index,
  range: [black, white],
  classes,
  opacity,
  flat,
}: Painted): Uint8ClampedArray<ArrayBuffer> {
  const isColoured = flat && image.voxels.shape[0] === 3;
  const colours = (isColoured ? [0, 1, 2] : [index]).map((one) =>
    valuesOfSlice(image.voxels, view, one),
  );
  const marks = valuesOfSlice(labels.voxels, view, index);
  const scale = 255 / Math.max(white - black, Number.MIN_VALUE);
  const painted = new Uint8ClampedArray(4 * marks.length);
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    const colour = mark > 0 ? (classes[mark]?.color ?? [255, 0, 0]) : undefined;
    for (let c = 0; c < 3; c++) {
      const grey = (colours[c % colours.length]![i]! - black) * scale;
      const value = Math.min(255, Math.max(0, grey));
      painted[4 * i + c] =
        colour === undefined ? value : (1 - opacity) * value + opacity * colour[c]!;
    }
    painted[4 * i + 3] = 255;
  }
  return painted;
}

/** The range in which nearly all values of an image lie, and all that it has. */
export function greyRanges({ voxels: { data } }: Volume): {
  readonly usual: GreyRange;
  readonly whole: GreyRange;
} {
  const step = Math.ceil(data.length / 100_000);
  let values = new Float32Array(Math.ceil(data.length / step));
  for (let i = 0; i < values.length; i++) values[i] = data[i * step]!;
  values = values.filter(Number.isFinite).sort();
  const [least = 0, most = 1] = [values.at(0), values.at(-1)];
  // What is around the patient.
  const shown = values.filter((value) => value > least);
  const at = (part: number) => shown[Math.floor(part * (shown.length - 1))] ?? least;
  const whole = [least, Math.max(most, least + 1e-6)] as const;
  const usual = shown.length === 0 ? whole : ([at(0.005), at(0.998)] as const);
  return { usual: usual[0] < usual[1] ? usual : whole, whole };
}
