import type { LesionStatistics } from '../lesion/lesion-statistics.ts';

/** The paper's four ways to amplify (its Table 7). */
export type AmplificationMethod = 1 | 2 | 3 | 4;

/** Where a method stops amplifying. */
export interface AreaLimitOptions {
  /**
   * 1: four standard copies, limit N1. 2: the same, limit N2. 3: eight standard copies, limit N2.
   * 4: four standard copies and a centre crop, limit N2 (six images with the original).
   */
  readonly method: AmplificationMethod;
  /**
   * Samples with 5 < lesion area < threshold (in pixels) are amplified. Given statistics, N1 or N2
   * is taken as the method asks.
   * @default 2025 for method 1, 1024 otherwise (the paper's data at 480×480)
   */
  readonly threshold?: number | Pick<LesionStatistics, 'n1' | 'n2'>;
}

/** A sample is amplified only if its lesion has more pixels than this. */
const SMALLEST_AREA = 5;

/**
 * The lesion area in pixels from which on a method leaves samples alone.
 * @throws {RangeError} if an option is out of range
 */
export function areaLimit(options: AreaLimitOptions): number {
  return limitFor('areaLimit', options);
}

/** Whether samples with a lesion of `area` pixels are amplified where the limit is `limit` pixels. */
export function isAmplified(area: number, limit: number): boolean {
  return area > SMALLEST_AREA && area < limit;
}

/** `areaLimit` on behalf of the function that `subject` names. */
export function limitFor(subject: string, { method, threshold }: AreaLimitOptions): number {
  checkMethod(subject, method);
  const { n1, n2 } = typeof threshold === 'object' ? threshold : { n1: 2025, n2: 1024 };
  const limit = typeof threshold === 'number' ? threshold : method === 1 ? n1 : n2;
  if (!(limit >= 0)) {
    throw new RangeError(
      `\`${subject}\`: \`threshold\` must be an area of 0 or more pixels, or what \`lesionStatistics\` returns, got ${String(threshold)}`,
    );
  }
  return limit;
}

/** Throws unless `method` is one of the four. */
export function checkMethod(subject: string, method: AmplificationMethod): void {
  if (method !== 1 && method !== 2 && method !== 3 && method !== 4) {
    throw new RangeError(`\`${subject}\`: \`method\` must be 1, 2, 3 or 4, got ${String(method)}`);
  }
}
