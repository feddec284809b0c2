import type { Case } from '@sts-net/datasets';
import type { BatchConfig } from '@sts-net/experiment/batches';
import type { TrainingSlice } from '@sts-net/training/batches';
import type { CaseCache } from '../cases/case-cache.ts';

/** A slice without what reads it. */
type SliceFacts = Omit<TrainingSlice, 'one'> & {
  /** Place of its case among the plan's. */
  readonly of: number;
};

/** All that a thread needs to make the batches of a run, which can be sent to it. */
export interface BatchPlan {
  readonly config: BatchConfig;
  /** Those of the training split. */
  readonly cases: readonly Case[];
  readonly slices: readonly SliceFacts[];
  /** How many threads, at least one. */
  readonly workers: number;
  /** What a thread may keep of the cases, in MiB. */
  readonly megabytes: number;
  /** Where cases lie on disk as preprocessing left them. */
  readonly cache: CaseCache['forReading'] | undefined;
}

/** Slices as they are sent. */
export function factsOf(
  slices: readonly TrainingSlice[],
  cases: readonly Case[],
): readonly SliceFacts[] {
  const places = new Map(cases.map(({ id }, i) => [id, i]));
  return slices.map(({ one, ...facts }) => ({ ...facts, of: places.get(one.id)! }));
}

/** The slices again, read by what reads the cases, in the order of the plan's. */
export function slicesOf(
  { slices }: BatchPlan,
  cases: readonly TrainingSlice['one'][],
): readonly TrainingSlice[] {
  return slices.map(({ of, ...facts }) => ({ ...facts, one: cases[of]! }));
}
