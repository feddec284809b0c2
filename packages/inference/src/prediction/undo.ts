import { resampleOnto, stackSlices, type Volume } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { cleaned, type Decision, decide } from '../labels/decide.ts';
import type { PreprocessedImage } from '../preprocessing/preprocess.ts';
import { fullPreprocessing, type Preprocessing } from '../preprocessing/preprocessing.ts';
import { firstSlice, gridOf, ownAxes } from '../preprocessing/spatial.ts';
import { mostLikely, type Probabilities } from './predict-samples.ts';

/** What a predictor says of a volume, on exactly the volume's grid. */
export interface VolumePrediction {
  /**
   * The probability of a class in every voxel, 0 … 1; where the network saw other voxels, linear between
   * those.
   *
   * @param class_ @default 1
   */
  probabilities(class_?: number): Volume<Float32Array>;
  /**
   * The class of every voxel, 0 … classes − 1.
   *
   * @param decision how it is found @default the largest of `probabilities`, of equal ones the first
   * @throws RangeError if an option of the decision is out of its range
   */
  labels(decision?: Decision): Volume<Uint8Array>;
}

/**
 * Brings what a network says of an image's samples back to the grid that the image came with; see
 * `VolumePrediction`.
 *
 * @param slices the probabilities of every sample, in their order
 * @param like the image itself, where its header is to be kept
 */
export function undo(
  slices: readonly Probabilities[],
  input: Pick<PreprocessedImage, 'images' | 'flat' | 'grid'>,
  preprocessing: Preprocessing,
  like: Volume = input.grid,
): VolumePrediction {
  return new WayBack(input, preprocessing, like).of(slices);
}

/** The way from samples to the grid of an image. */
export class WayBack {
  readonly #like: Volume;
  /** The grid that the network saw, a volume of zeros. */
  readonly #seen: Volume;
  readonly #stacking: Parameters<typeof stackSlices>[2];
  /** Whether the network saw the image's own voxels. */
  readonly isSame: boolean;

  constructor(
    { images, flat, grid }: Pick<PreprocessedImage, 'images' | 'flat' | 'grid'>,
    preprocessing: Preprocessing,
    like: Volume = grid,
  ) {
    const { axis, context, edge } = fullPreprocessing(preprocessing);
    this.#like = like;
    this.#seen = gridOf(flat ? firstSlice(images[0]) : images[0], false);
    this.#stacking = flat ? {} : { axis, context, edge };
    this.isSame = isSameGrid(this.#seen, like);
  }

  /**
   * @param slices the labels of every sample, `[row, column]`
   * @throws RangeError unless the network saw the image's own voxels
   */
  stack(slices: readonly NdArray<Uint8Array>[]): Volume<Uint8Array> {
    if (!this.isSame) {
      throw new RangeError('labels of other voxels must be made of their probabilities');
    }
    return stackSlices(slices, this.#like, this.#stacking);
  }

  /** @param slices the probabilities of every sample */
  of(slices: readonly Probabilities[]): VolumePrediction {
    const probabilities = (class_ = 1) => {
      const planes = slices.map((slice) => classOf(slice, class_));
      // What was not looked at is background.
      const missing = class_ === 0 ? 1 : 0;
      const like = this.isSame ? this.#like : this.#seen;
      const stacked = stackSlices(planes, like, { ...this.#stacking, missing });
      return this.isSame ? stacked : resampleOnto(stacked, this.#like);
    };
    const mostLikelyLabels = () => {
      if (this.isSame) return this.stack(slices.map(mostLikely));
      const classes = slices[0]?.shape[2] ?? 0;
      let largest = probabilities(0);
      const most = largest.voxels.data;
      const found = new Uint8Array(most.length);
      for (let c = 1; c < classes; c++) {
        largest = probabilities(c);
        const { data } = largest.voxels;
        for (let i = 0; i < data.length; i++) {
          if (data[i]! <= most[i]!) continue;
          most[i] = data[i]!;
          found[i] = c;
        }
      }
      return { ...largest, voxels: ndarray(found, [...largest.voxels.shape]) };
    };
    const labels = (decision: Decision = {}) => {
      const { threshold } = decision;
      const classes = slices[0]?.shape[2] ?? 0;
      return cleaned(
        threshold === undefined ? mostLikelyLabels() : decide(probabilities, classes, threshold),
        decision,
      );
    };
    return { probabilities, labels };
  }
}

/** The axis of an image's own grid that its samples cut across, or most nearly. */
export function sampleAxis(
  { images, flat, grid }: Pick<PreprocessedImage, 'images' | 'flat' | 'grid'>,
  { axis = 0 }: Preprocessing,
): 0 | 1 | 2 {
  return flat ? 0 : (ownAxes(grid, images[0])[axis] as 0 | 1 | 2);
}

function isSameGrid(one: Volume, other: Volume): boolean {
  const { shape } = other.voxels;
  return (
    one.voxels.shape.every((length, i) => length === shape[i]) &&
    one.affine.every((number, i) => number === other.affine[i])
  );
}

function classOf({ data, shape, stride, offset }: Probabilities, class_: number) {
  return ndarray(data, shape.slice(0, 2), stride.slice(0, 2), offset + class_);
}
