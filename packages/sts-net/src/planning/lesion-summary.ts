import type { CaseFacts } from './case-facts.ts';
import { median, quantile } from './quantiles.ts';

/** Sizes of lesions, as it matters for training. */
export interface LesionSummary {
  /** Lesions of the cases that were looked at. */
  readonly count: number;
  /** Of a case, the median. */
  readonly perCase: number;
  /** Voxels, the 10th, 50th and 90th of a hundred. */
  readonly voxels: readonly [number, number, number];
  /** Diameters of discs of as many pixels as the lesions have in the slice that shows most of them. */
  readonly diameter: readonly [small: number, median: number, large: number];
}

/** Sizes of the lesions that were seen. */
export function summariseLesions(looked: readonly CaseFacts[]): LesionSummary {
  const all = looked.flatMap(({ lesions }) => lesions);
  const at = (values: readonly number[]) =>
    [0.1, 0.5, 0.9].map((share) => quantile(values, share)) as unknown as LesionSummary['voxels'];
  const diameters = all.map(({ pixels }) => Math.sqrt((4 * pixels) / Math.PI));
  return {
    count: all.length,
    perCase: median(looked.map(({ lesions }) => lesions.length)),
    voxels: at(all.map(({ voxels }) => voxels)),
    diameter: at(diameters),
  };
}
