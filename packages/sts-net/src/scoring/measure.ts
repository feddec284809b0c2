import {
  type Counts,
  confusion,
  type LesionWiseResult,
  lesionWise,
  type SurfaceDistances,
  surfaceDistances,
} from '@sts-net/metrics';
import { type LesionLoad, lesionLoad } from '@sts-net/metrics/lesions';
import type { NdArray } from 'ndarray';

/** What the scores of one case are computed from; each part is measured when it is first asked for. */
export interface Measurements {
  counts(): Counts;
  surfaces(): SurfaceDistances;
  /** 26 neighbours make a lesion; one is found by a common voxel. */
  lesions(): LesionWiseResult;
  /** The same lesions' volumes and number. */
  load(): LesionLoad;
  /** Of the surface Dice, mm. */
  readonly tolerance: number;
}

export interface MeasureOptions {
  /** Names the case in errors. */
  readonly id: string;
  /** mm, in the order of the axes. */
  readonly spacing: readonly number[];
  /** Of the surface Dice, mm. */
  readonly tolerance: number;
}

/** Measures a prediction, a mask of 0 and 1, against its truth. */
export function measure(
  prediction: NdArray<Uint8Array>,
  truth: NdArray<Uint8Array>,
  { id, spacing, tolerance }: MeasureOptions,
): Measurements {
  return {
    tolerance,
    counts: once(() => confusion(prediction, truth, { id }).classes[1]!),
    surfaces: once(() => surfaceDistances(prediction, truth, { id, spacing })),
    lesions: once(() => lesionWise(prediction, truth, { id, spacing })),
    load: once(() => lesionLoad(prediction, truth, { id, spacing })),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
