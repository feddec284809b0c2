/** The foreground of a mask as runs: maximal stretches of foreground in one row. */
export interface Runs {
  /** Columns from `start[r]` up to and without `end[r]`. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Row `y` of slice `z` holds the runs from `first[z * height + y]` up to the next entry. */
  readonly first: Int32Array;
}

/** Finds the runs of a mask of 0 and 1 with rows of `width`. */
export function findRuns(mask: Uint8Array, width: number): Runs {
  const rows = width === 0 ? 0 : mask.length / width;
  const first = new Int32Array(rows + 1);
  let count = 0;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0, before = 0; column < width; column++, i++) {
      const here = mask[i]!;
      if (here > before) count++;
      before = here;
    }
    first[row + 1] = count;
  }
  const start = new Int32Array(count);
  const end = new Int32Array(count);
  for (let row = 0; row < rows; row++) {
    let column = 0;
    const base = row * width;
    for (let run = first[row]!; run < first[row + 1]!; run++) {
      while (mask[base + column] === 0) column++;
      start[run] = column;
      while (column < width && mask[base + column] === 1) column++;
      end[run] = column;
    }
  }
  return { start, end, first };
}

/** A row that touches an earlier one: how far back it lies and by how much its runs may miss. */
export interface RowNeighbour {
  readonly slices: number;
  readonly rows: number;
  /** 0: runs touch where they share a column; 1: also where their corners meet. */
  readonly margin: 0 | 1;
}

/**
 * Joins touching runs: the component of each run, numbered from 1 in the order of their first runs.
 *
 * A run takes the mark of an earlier one that it touches, and a new mark only where it touches none; marks,
 * not runs, are then joined (union-find). There are few of them, next to each other in memory, where a
 * component has many runs.
 */
export function joinRuns(
  { start, end, first }: Runs,
  depth: number,
  height: number,
  neighbours: readonly RowNeighbour[],
): { readonly componentOf: Int32Array; readonly count: number } {
  const mark = new Int32Array(start.length);
  /** An earlier mark of the same component; of the first, itself. */
  const parent = new Int32Array(start.length + 1);
  let marks = 0;
  const root = (of: number): number => {
    let at = of;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const row = z * height + y;
      for (const { slices, rows, margin } of neighbours) {
        if (z < slices || y < rows || y - rows >= height) continue;
        const other = row - slices * height - rows;
        let a = first[row]!;
        let b = first[other]!;
        while (a < first[row + 1]! && b < first[other + 1]!) {
          if (start[a]! < end[b]! + margin && start[b]! < end[a]! + margin) {
            if (mark[a] === 0) mark[a] = root(mark[b]!);
            else if (mark[a] !== mark[b]) {
              const [one, two] = [root(mark[a]!), root(mark[b]!)];
              if (one < two) parent[two] = one;
              else parent[one] = two;
            }
          }
          if (end[a]! < end[b]!) a++;
          else b++;
        }
      }
      for (let a = first[row]!; a < first[row + 1]!; a++) {
        if (mark[a] !== 0) continue;
        mark[a] = ++marks;
        parent[marks] = marks;
      }
    }
  }
  let count = 0;
  for (let at = 1; at <= marks; at++) {
    parent[at] = parent[at] === at ? ++count : parent[parent[at]!]!;
  }
  for (let run = 0; run < mark.length; run++) mark[run] = parent[mark[run]!]!;
  return { componentOf: mark, count };
}
