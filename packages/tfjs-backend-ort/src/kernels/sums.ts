import type { GraphBuilder } from '../graph/graph-builder.ts';
import { identity, sizeOf } from '../graph/value-type.ts';

/** So few numbers ONNX Runtime's own float32 operators sum as well as `sumOf`; of more they lose digits. */
export const SHORT = 128;

/** Numbers that are added up one after the other, at most: along rows, and down columns. */
const BLOCK = { row: 128, column: 64 } as const;
/** So many numbers are added up in double precision at once. */
const FEW = 1 << 14;

type SumOp = 'ReduceSum' | 'ReduceSumSquare';

/** A sum as an ONNX value. */
export interface Sum {
  readonly name: string;
  readonly type: 'float32' | 'float64';
}

/** Neighbouring axes that are all summed or all kept. */
interface Run {
  readonly size: number;
  readonly summed: boolean;
}

/**
 * Sum of float32 values, or of their squares, over the axes `summed` of a value of these sizes, which
 * go. ONNX Runtime adds one number after the other in a handful of registers. At most `BLOCK` are left
 * to it at a time, and the few sums of blocks are added up in double precision, so that the error
 * stays below 10⁻⁶ of Σ|x| however many there are (blocked summation: Higham, Accuracy and Stability
 * of Numerical Algorithms, 2002, section 4.2).
 */
export function sumOf(
  graph: GraphBuilder,
  name: string,
  sizes: readonly number[],
  summed: readonly number[],
  op: SumOp = 'ReduceSum',
): Sum {
  let runs = runsOf(sizes, summed);
  let value = graph.reshape(name, sizes, sizesOf(runs));
  let next = op;
  const kept = runs.filter((run) => !run.summed).map(({ size }) => size);
  const result = sizes.filter((_, axis) => !summed.includes(axis));
  while (sizeOf(sizesOf(runs)) > FEW || next === 'ReduceSumSquare') {
    const at = best(runs);
    if (at === undefined) break;
    const { size } = runs[at]!;
    const block = blockOf(size, limit(runs, at));
    const blocks = Math.ceil(size / block);
    value = padded(graph, value, sizesOf(runs), at, blocks * block);
    const split = [...sizesOf(runs.slice(0, at)), blocks, block, ...sizesOf(runs.slice(at + 1))];
    const whole = runs.with(at, { size: blocks * block, summed: true });
    const parts = graph.reshape(value, sizesOf(whole), split);
    value = graph.op(next, [parts, graph.ints([at + 1])], { keepdims: 0 });
    runs = runs.with(at, { size: blocks, summed: true });
    next = 'ReduceSum';
  }
  if (next === 'ReduceSumSquare') value = graph.op('Mul', [value, value]);
  if (sizeOf(sizesOf(runs)) === sizeOf(kept)) {
    return { name: graph.reshape(value, sizesOf(runs), result), type: 'float32' };
  }
  const axes = identity(runs.length).filter((i) => runs[i]!.summed);
  const total = graph.op('ReduceSum', [graph.castName(value, 'float64'), graph.ints(axes)], {
    keepdims: 0,
  });
  return { name: graph.reshape(total, kept, result), type: 'float64' };
}

const sizesOf = (runs: readonly Run[]) => runs.map(({ size }) => size);

function runsOf(sizes: readonly number[], summed: readonly number[]): Run[] {
  const runs: Run[] = [];
  sizes.forEach((size, axis) => {
    const last = runs.at(-1);
    const goes = summed.includes(axis);
    if (last?.summed === goes) runs[runs.length - 1] = { size: last.size * size, summed: goes };
    else runs.push({ size, summed: goes });
  });
  return runs;
}

const limit = (runs: readonly Run[], at: number) =>
  at === runs.length - 1 ? BLOCK.row : BLOCK.column;

/** The run from which the largest blocks can be summed. */
function best(runs: readonly Run[]): number | undefined {
  const size = (at: number) => Math.min(runs[at]!.size, limit(runs, at));
  return identity(runs.length)
    .filter((at) => runs[at]!.summed && runs[at]!.size > 1)
    .sort((a, b) => size(b) - size(a))[0];
}

/** The largest part in which `size` can be divided evenly; `most` where there is none of use. */
function blockOf(size: number, most: number): number {
  for (let block = Math.min(size, most); block >= most / 8; block--) {
    if (size % block === 0) return block;
  }
  for (let block = most + 1; block <= 4 * most; block++) if (size % block === 0) return block;
  return most;
}

/** Zeros behind the values of one axis, up to a length. */
function padded(
  graph: GraphBuilder,
  name: string,
  sizes: readonly number[],
  axis: number,
  length: number,
): string {
  if (length === sizes[axis]) return name;
  const after = sizes.map((size, i) => (i === axis ? length - size : 0));
  return graph.op('Pad', [name, graph.ints([...sizes.map(() => 0), ...after]), graph.scalar(0)]);
}
