import type * as tfl from '@tensorflow/tfjs-layers';

/** Applies `f` to a size that may be unknown while the model is built. */
export function mapSize(
  size: number | null | undefined,
  f: (size: number) => number,
): number | null {
  return size == null ? null : f(size);
}

/** The shape of a single-input layer's input, bare or in an array. */
export function singleShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return Array.isArray(shape[0]) ? (shape[0] as tfl.Shape) : (shape as tfl.Shape);
}

/** The shapes of a two-input layer's inputs. */
export function twoShapes(
  shape: tfl.Shape | tfl.Shape[],
  layer: string,
): readonly [tfl.Shape, tfl.Shape] {
  if (!Array.isArray(shape[0]) || shape.length !== 2) {
    throw new RangeError(`\`${layer}\`: takes two inputs [x, reference], got shape [${shape}].`);
  }
  return shape as [tfl.Shape, tfl.Shape];
}

/** How many values there are in a shape. */
export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** One number for both rows and columns, or one for each. */
export function pair(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}
