/**
 * Where the axes of planes that were cut across an axis, `[plane, row, column]`, stand in the order of the
 * volume: what `transpose` takes to bring them back.
 */
export const planeOrder = [
  [0, 1, 2],
  [1, 0, 2],
  [1, 2, 0],
] as const;
