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
 * Joins touching runs (union-find): `parent[r]` is a run of the same component and no later than
 * `r`; the first run of each component is its own parent.
 */
export function joinRuns(
  { start, end, first }: Runs,
  depth: number,
  height: number,
  neighbours: readonly RowNeighbour[],
): Int32Array {
  const parent = new Int32Array(start.length);
  for (let run = 0; run < parent.length; run++) parent[run] = run;
  const root = (run: number): number => {
    let at = run;
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
            const [one, two] = [root(a), root(b)];
            if (one < two) parent[two] = one;
            else parent[one] = two;
          }
          if (end[a]! < end[b]!) a++;
          else b++;
        }
      }
    }
  }
  return parent;
}
