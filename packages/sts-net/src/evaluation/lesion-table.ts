import type { LesionStatistics } from '@sts-net/amplify';

/** A row of the table: a name, counts of what is counted, and the sizes of lesions. */
export interface LesionRow extends Omit<LesionStatistics, 'areas'> {
  readonly name: string;
  readonly counts: readonly number[];
}

/**
 * Sizes of lesions as a table.
 *
 * @param counted titles of the counts
 */
export function lesionTable(
  counted: readonly string[],
  rows: readonly LesionRow[],
): readonly (readonly string[])[] {
  return [
    ['split', ...counted, 'slices', 'with lesion (A)', 'lesion pixels (S)', 'N1', 'N2'],
    ...rows.map(({ name, counts, slices, slicesWithLesion, totalArea, n1, n2 }) => [
      name,
      ...[...counts, slices, slicesWithLesion, totalArea, n1, n2].map(String),
    ]),
  ];
}
