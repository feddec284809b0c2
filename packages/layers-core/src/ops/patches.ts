import * as tf from '@tensorflow/tfjs-core';

/**
 * Cuts a map into squares that do not overlap, row by row; what is left over at the right and at the bottom is
 * dropped.
 *
 * @param x `[batch, height, width, channels]`
 * @param side of a square, in pixels
 * @returns `[batch, channels, squares, side²]`, within a square row by row
 */
export function toPatches(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = patchGrid(height, width, side);
  const isWhole = rows * side === height && columns * side === width;
  const part = isWhole
    ? x
    : tf.slice(x, [0, 0, 0, 0], [batch, rows * side, columns * side, channels]);
  const strips = tf.reshape(part, [batch * rows, side, columns, side * channels]);
  const squares = tf.transpose(strips, [0, 2, 1, 3]);
  const listed = tf.reshape(squares, [batch, rows * columns, side ** 2, channels]);
  return tf.transpose(listed, [0, 3, 1, 2]) as tf.Tensor4D;
}

/**
 * Puts squares back in their places, with zeros where there is none: the adjoint of {@link toPatches}.
 *
 * @param patches `[batch, channels, squares, side²]`
 * @param size `[height, width]` of the map
 * @returns `[batch, height, width, channels]`
 */
export function fromPatches(
  patches: tf.Tensor4D,
  [height, width]: readonly [number, number],
  side: number,
): tf.Tensor4D {
  const [batch, channels] = patches.shape;
  const [rows, columns] = patchGrid(height, width, side);
  const listed = tf.transpose(patches, [0, 2, 3, 1]);
  const squares = tf.reshape(listed, [batch * rows, columns, side, side * channels]);
  const strips = tf.transpose(squares, [0, 2, 1, 3]);
  const [covered, across] = [rows * side, columns * side];
  const part = tf.reshape(strips, [batch, covered, across, channels]) as tf.Tensor4D;
  if (covered === height && across === width) return part;
  return tf.pad(part, [
    [0, 0],
    [0, height - covered],
    [0, width - across],
    [0, 0],
  ]);
}

/** Rows and columns of squares that a map of that size is cut into. */
export function patchGrid(height: number, width: number, side: number): readonly [number, number] {
  return [Math.floor(height / side), Math.floor(width / side)];
}
