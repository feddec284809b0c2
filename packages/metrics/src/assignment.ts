/** Two things that may be assigned to each other. */
interface Pair {
  readonly truth: number;
  readonly prediction: number;
}

/**
 * Of pairs, those that assign each thing to one other at most and whose weights have the largest sum
 * (Kuhn 1955, Munkres 1957). Things that no chain of pairs links are assigned apart, so that many lesions
 * of few neighbours take time linear in their number.
 *
 * @param weight above 0
 */
export function heaviestAssignment<T extends Pair>(
  pairs: readonly T[],
  weight: (pair: T) => number,
): T[] {
  return linkedGroups(pairs).flatMap((group) => assignGroup(group, weight));
}

function linkedGroups<T extends Pair>(pairs: readonly T[]): T[][] {
  const parent = new Map<string, string>();
  const root = (of: string): string => {
    let at = of;
    for (let next = parent.get(at); next !== undefined; next = parent.get(at)) at = next;
    if (at !== of) parent.set(of, at);
    return at;
  };
  for (const { truth, prediction } of pairs) {
    const [one, other] = [root(`t${truth}`), root(`p${prediction}`)];
    if (one !== other) parent.set(other, one);
  }
  const groups = new Map<string, T[]>();
  for (const pair of pairs) {
    const key = root(`t${pair.truth}`);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  return [...groups.values()];
}

function assignGroup<T extends Pair>(pairs: readonly T[], weight: (pair: T) => number): T[] {
  if (pairs.length === 1) return [...pairs];
  const truths = [...new Set(pairs.map(({ truth }) => truth))];
  const predictions = [...new Set(pairs.map(({ prediction }) => prediction))];
  const flipped = truths.length > predictions.length;
  const [rows, columns] = flipped ? [predictions, truths] : [truths, predictions];
  const rowOf = new Map(rows.map((label, index) => [label, index]));
  const columnOf = new Map(columns.map((label, index) => [label, index]));
  const cost = rows.map(() => new Float64Array(columns.length));
  const placed = pairs.map((pair) => {
    const [a, b] = flipped ? [pair.prediction, pair.truth] : [pair.truth, pair.prediction];
    const [row, column] = [rowOf.get(a)!, columnOf.get(b)!];
    cost[row]![column] = -weight(pair);
    return { pair, row, column };
  });
  const rowAt = cheapestRows(cost, columns.length);
  return placed.filter(({ row, column }) => rowAt[column] === row).map(({ pair }) => pair);
}

/**
 * The row that each column gets, -1 for none, so that each row has one column and the sum of costs is least:
 * rows come in one by one, each along the cheapest path of exchanges, found with reduced costs that are
 * never negative.
 *
 * @param cost no more rows than columns
 */
function cheapestRows(cost: readonly Float64Array[], columns: number): Int32Array {
  const ofRow = new Float64Array(cost.length);
  const ofColumn = new Float64Array(columns);
  const rowAt = new Int32Array(columns).fill(-1);
  for (let added = 0; added < cost.length; added++) {
    const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(columns).fill(-1);
    const done = new Uint8Array(columns);
    let row = added;
    let column = -1;
    let reached = 0;
    do {
      let next = -1;
      for (let j = 0; j < columns; j++) {
        if (done[j] === 1) continue;
        const path = reached + cost[row]![j]! - ofRow[row]! - ofColumn[j]!;
        if (path < least[j]!) {
          least[j] = path;
          before[j] = column;
        }
        if (next < 0 || least[j]! < least[next]!) next = j;
      }
      column = next;
      reached = least[column]!;
      done[column] = 1;
      row = rowAt[column]!;
    } while (row >= 0);
    ofRow[added]! += reached;
    for (let j = 0; j < columns; j++) {
      if (done[j] === 0 || j === column) continue;
      ofRow[rowAt[j]!]! += reached - least[j]!;
      ofColumn[j]! -= reached - least[j]!;
    }
    for (let at = column; at >= 0; ) {
      const from = before[at]!;
      rowAt[at] = from < 0 ? added : rowAt[from]!;
      at = from;
    }
  }
  return rowAt;
}
