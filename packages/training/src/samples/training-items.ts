import { areaStatistics, type LesionStatistics, lesionArea } from '@sts-net/amplify';
import type { PreprocessedImage } from '@sts-net/inference';
import { IGNORED } from '@sts-net/volume-io';
import { isAllIgnored } from './ignored.ts';
import { type SliceLesion, sliceLesions } from './slice-lesions.ts';

/** A case to train or validate with, wherever its images are: in memory, in files, behind an address. */
export interface TrainingCase {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  /**
   * Its samples; called whenever they are needed, so it may keep them or read them again. Masks hold
   * classes, and `IGNORED` (255) of `@sts-net/volume-io` where nothing counts.
   */
  load(): Promise<Pick<PreprocessedImage, 'samples' | 'normalization'>>;
}

/** A slice of a training case, before it is read again for a batch. */
export interface TrainingSlice {
  readonly one: TrainingCase;
  /** Position in the case's samples. */
  readonly index: number;
  readonly lesionArea: number;
  readonly lesions: readonly SliceLesion[];
  readonly rows: number;
  readonly columns: number;
}

/** What training draws from: a slice, or an amplified copy of it. */
export interface TrainingItem {
  readonly slice: TrainingSlice;
  /** Which of `copyNames` of `@sts-net/amplify`; `none` is the slice itself. */
  readonly copy: string;
  /**
   * Row and column of the slice that the sampler looks for in what becomes of it. To find it again, the
   * amplifier marks it in the mask as if it were a lesion, of label 254, until the sample is in the batch.
   */
  readonly at?: readonly [row: number, column: number] | undefined;
}

/** Reads every case once and lists its slices, without those on which nothing counts. */
export async function listSlices(
  cases: readonly TrainingCase[],
): Promise<readonly TrainingSlice[]> {
  const slices: TrainingSlice[] = [];
  for (const one of cases) {
    const { samples } = await one.load();
    const lesions = sliceLesions(samples.map(({ mask }) => mask));
    for (const [index, { mask }] of samples.entries()) {
      const [rows, columns] = mask.shape as [number, number];
      if (isAllIgnored(mask)) continue;
      const area = lesionArea(mask, IGNORED);
      slices.push({ one, index, lesionArea: area, lesions: lesions[index]!, rows, columns });
    }
  }
  return slices;
}

/** Lesion sizes over slices that are no longer in memory. */
export function sliceStatistics(slices: readonly TrainingSlice[]): LesionStatistics {
  return areaStatistics(slices.map(({ lesionArea: area }) => area));
}
