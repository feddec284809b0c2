type Point = readonly [x: number, y: number];

/**
 * The longest distance between the outer corners of two pixels of a component in one slice, mm: what is
 * measured on screen from edge to edge, along any direction within a slice.
 *
 * @param components of each voxel in C order
 * @param box first and last voxel of the component
 * @param grid `spacing` in mm, `[slice, row, column]`
 */
export function longestDiameter(
  components: Int32Array,
  [, rows, columns]: readonly number[],
  component: number,
  box: { readonly first: readonly number[]; readonly last: readonly number[] },
  { spacing: [, down, across] }: { readonly spacing: readonly [number, number, number] },
): number {
  let longest = 0;
  for (let slice = box.first[0]!; slice <= box.last[0]!; slice++) {
    const corners: Point[] = [];
    for (let row = box.first[1]!; row <= box.last[1]!; row++) {
      const start = (slice * rows! + row) * columns!;
      const line = components.subarray(start + box.first[2]!, start + box.last[2]! + 1);
      const left = line.indexOf(component);
      if (left < 0) continue;
      const ends = [left, line.lastIndexOf(component) + 1];
      for (const x of ends) for (const y of [row, row + 1]) corners.push([x * across, y * down]);
    }
    const hull = convexHull(corners);
    for (const [i, a] of hull.entries()) {
      for (const b of hull.slice(i + 1)) {
        longest = Math.max(longest, Math.hypot(a[0] - b[0], a[1] - b[1]));
      }
    }
  }
  return longest;
}

/** The corners of the convex hull (Andrew 1979, monotone chain). */
function convexHull(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Point[]) => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** Positive for a turn to the left on the way from a over b to c. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
