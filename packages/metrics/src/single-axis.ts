import type { MaskPair } from './mask.ts';

/**
 * The axis by which a 3-D grid is one slice, row or column, -1 for none: such a grid is an image, whose
 * pixels have no neighbours along that axis and no faces to it.
 */
export function singleAxis({ shape }: Pick<MaskPair, 'shape'>): number {
  return shape.length === 3 ? shape.indexOf(1) : -1;
}

/** A list in the order of the axes without one of them; as it is for -1. */
export function withoutAxis(list: readonly number[], axis: number): readonly number[] {
  return axis < 0 ? list : list.toSpliced(axis, 1);
}

/** Masks in 2-D if they are of an image. */
export function flattened(pair: MaskPair): MaskPair {
  const axis = singleAxis(pair);
  const { masks, shape, spacing } = pair;
  return { masks, shape: withoutAxis(shape, axis), spacing: withoutAxis(spacing, axis) };
}

/** mm. */
export function diagonalOf({ shape, spacing }: MaskPair): number {
  return Math.hypot(...shape.map((length, axis) => length * spacing[axis]!));
}
