import { type LesionStatistics, lesionArea, lesionStatistics } from '@sts-net/amplify';
import type { Sample } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import type { Case } from './case.ts';
import type { CaseStore } from './case-store.ts';

/** A slice of a training case, before it is read again for a batch. */
export interface TrainingSlice {
  readonly one: Case;
  /** Position in the case's samples. */
  readonly index: number;
  readonly lesionArea: number;
  readonly rows: number;
  readonly columns: number;
}

/** What training draws from: a slice, or an amplified copy of it. */
export interface TrainingItem {
  readonly slice: TrainingSlice;
  /** 0 is the slice itself. */
  readonly copy: number;
}

/** Reads every case once and lists its slices. */
export async function listSlices(
  store: CaseStore,
  cases: readonly Case[],
): Promise<readonly TrainingSlice[]> {
  const slices: TrainingSlice[] = [];
  for (const one of cases) {
    const { samples } = await store.load(one);
    for (const [index, { mask }] of samples.entries()) {
      const [rows, columns] = mask.shape as [number, number];
      slices.push({ one, index, lesionArea: lesionArea(mask), rows, columns });
    }
  }
  return slices;
}

/** Visits the pixels of a mask that are not background, row by row. */
export function forEachLesionPixel(
  { data, shape, stride, offset }: Sample['mask'],
  visit: (row: number, column: number) => void,
): void {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (data[offset + row * rowStride + column * columnStride] !== 0) visit(row, column);
    }
  }
}

/** Lesion sizes over slices that are no longer in memory. */
export function sliceStatistics(slices: readonly TrainingSlice[]): LesionStatistics {
  return areaStatistics(slices.map(({ lesionArea: area }) => area));
}

/** Lesion sizes over slices of which only the lesion areas are left. */
export function areaStatistics(areas: readonly number[]): LesionStatistics {
  function* masks(): Generator<NdArray<Uint8Array>> {
    // The statistics depend on areas alone, so a row of as many lesion pixels stands for each mask.
    for (const area of areas) yield ndarray(new Uint8Array(area).fill(1), [1, area]);
  }
  return lesionStatistics(masks());
}
