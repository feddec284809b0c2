/**
 * Area (3-D, mm²) or length (2-D, mm) of the surface between the pixels around a grid corner, for
 * each way in which they are foreground: bit b of the index tells the pixel at offset (b >> 2 & 1,
 * b >> 1 & 1, b & 1), in 2-D without the first.
 *
 * The surface meets the lines between pixel centres halfway, as in marching cubes. Pixels that meet
 * across a corner or edge only are taken apart, so the area is a sum over the face-connected groups
 * of the fewer kind of pixels, each a closed formula.
 */
export function surfaceAreas(spacing: readonly number[]): Float64Array {
  const corners = 2 ** spacing.length;
  const everything = 2 ** corners - 1;
  return Float64Array.from({ length: everything + 1 }, (_, code) => {
    const members = (bits: number): number[] =>
      Array.from({ length: corners }, (_, b) => b).filter((b) => (bits >> b) & 1);
    const set = members(code);
    const fewer = 2 * set.length > corners ? members(everything - code) : set;
    return groups(fewer, spacing.length).reduce((sum, one) => sum + groupArea(one, spacing), 0);
  });
}

/** Splits corners of a cube or square into groups that hang together along its edges. */
function groups(corners: readonly number[], rank: number): number[][] {
  const left = new Set(corners);
  const found: number[][] = [];
  for (const first of corners) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const corner of group) {
      for (let axis = 0; axis < rank; axis++) {
        const next = beside(corner, axis, rank);
        if (left.delete(next)) group.push(next);
      }
    }
    found.push(group);
  }
  return found;
}

/** The corner at the other end of a corner's edge along `axis`. */
function beside(corner: number, axis: number, rank: number): number {
  return corner ^ (1 << (rank - 1 - axis));
}

/** What separates a group of at most half the corners from the others. */
function groupArea(group: readonly number[], spacing: readonly number[]): number {
  const rank = spacing.length;
  /** Axes of the edges that each corner shares with its group. */
  const edges = new Map(
    group.map((corner) => [
      corner,
      spacing.map((_, axis) => axis).filter((axis) => group.includes(beside(corner, axis, rank))),
    ]),
  );
  const used = [...new Set([...edges.values()].flat())];
  const along = used.map((axis) => spacing[axis]!);
  const across = spacing.filter((_, axis) => !used.includes(axis)) as [number, number];
  if (rank === 2) return group.length === 1 ? Math.hypot(...spacing) / 2 : along[0]!;

  const [a, b, c] = spacing as [number, number, number];
  /** Eight times the triangle that cuts a single corner off. */
  const slant = Math.hypot(a * b, b * c, a * c);
  if (group.length === 1) return slant / 8;
  if (group.length === 2) return (along[0]! * Math.hypot(...across)) / 2;
  const face = along[0]! * along[1]!;
  if (group.length === 3) return face / 2 + (3 * slant) / 8;
  if (used.length === 2) return face;
  const degrees = [...edges.values()].map((axes) => axes.length);
  if (Math.max(...degrees) === 3) return (3 * slant) / 4;
  const inner = group.filter((corner) => edges.get(corner)!.length === 2);
  const middle = Math.log2(inner[0]! ^ inner[1]!);
  const [first, last] = [0, 1, 2].filter((axis) => axis !== rank - 1 - middle) as [number, number];
  const bend = spacing[rank - 1 - middle]!;
  const ends =
    spacing[first]! * Math.hypot(bend, spacing[last]!) +
    spacing[last]! * Math.hypot(bend, spacing[first]!);
  return ends / 4 + slant / 2;
}
