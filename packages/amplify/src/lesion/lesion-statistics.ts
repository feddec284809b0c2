import type { NdArray } from '@sts-net/views';
import { lesionArea } from './lesion-area.ts';

/** How large lesions are in a data set. Areas are in pixels of a slice. */
export interface LesionStatistics {
  /** Number of masks. */
  readonly slices: number;
  /** A: number of masks with any lesion. */
  readonly slicesWithLesion: number;
  /** S: lesion pixels over all masks. */
  readonly totalArea: number;
  /** Area of each mask with any lesion, in the order they came. */
  readonly areas: readonly number[];
  /** N1 = ⌈√(S/A)⌉²: the mean area rounded up to a square; 0 where there is no lesion. */
  readonly n1: number;
  /** N2 = ⌈√(N1/2)⌉²: half of it rounded up to a square; 0 where there is no lesion. */
  readonly n2: number;
}

/**
 * Statistics S and A and the area limits N1 and N2 derived from them (Zhao et al., Sci Rep 2025,
 * Eq. 1–2). Take them from training masks only.
 * @param masks `[row, column]` each, 0 is background; read once, not kept
 * @param ignore label of the pixels on which nothing counts, which are no lesion
 */
export function lesionStatistics(
  masks: Iterable<NdArray<Uint8Array>>,
  ignore?: number,
): LesionStatistics {
  function* areas(): Generator<number> {
    let slices = 0;
    for (const mask of masks) {
      if (mask.shape.length !== 2) {
        throw new RangeError(
          `\`lesionStatistics\`: mask ${slices} must have shape [row, column], got [${mask.shape.join(', ')}]; pass a volume slice by slice`,
        );
      }
      slices++;
      yield lesionArea(mask, ignore);
    }
  }
  return areaStatistics(areas());
}

/**
 * As `lesionStatistics`, where only the lesion areas of the masks are left.
 * @param areas pixels, one for each mask; 0 where it has no lesion
 */
export function areaStatistics(areas: Iterable<number>): LesionStatistics {
  const withLesion: number[] = [];
  let slices = 0;
  let totalArea = 0;
  for (const area of areas) {
    slices++;
    if (area === 0) continue;
    withLesion.push(area);
    totalArea += area;
  }
  const slicesWithLesion = withLesion.length;
  const n1 = slicesWithLesion === 0 ? 0 : Math.ceil(Math.sqrt(totalArea / slicesWithLesion)) ** 2;
  const n2 = Math.ceil(Math.sqrt(n1 / 2)) ** 2;
  return { slices, slicesWithLesion, totalArea, areas: withLesion, n1, n2 };
}
