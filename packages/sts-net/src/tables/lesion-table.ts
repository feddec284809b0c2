import type { LesionStatistics } from '@sts-net/amplify';
import type { ManifestStatistics, TargetSlice } from '@sts-net/datasets';

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

type Table = readonly (readonly string[])[];

/** Counts and limits of each split. */
export function partTable({ parts }: ManifestStatistics): Table {
  return lesionTable(
    ['images', 'groups'],
    parts.map((part) => ({ ...part, counts: [part.items, part.groups] })),
  );
}

const quantiles = {
  smallest: 0,
  '5 %': 0.05,
  '25 %': 0.25,
  median: 0.5,
  '75 %': 0.75,
  '95 %': 0.95,
  largest: 1,
};

/** How large targets are, in pixels and as a share of their slice; each number is one of them. */
export function areaTable(targets: readonly TargetSlice[]): Table {
  const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
  const areas = sorted(targets.map(({ area }) => area));
  const shares = sorted(
    targets.map(({ area, item: { size } }) => (100 * area) / (size[1] * size[2])),
  );
  const row = (values: readonly number[], text: (value: number) => string) =>
    Object.values(quantiles).map((q) => text(values[Math.round(q * (values.length - 1))]!));
  const where = targets.some(({ item }) => item.size[0] > 1) ? 'slice' : 'image';
  return [
    [`target by ${where}`, ...Object.keys(quantiles)],
    ['pixels', ...row(areas, String)],
    [`per cent of the ${where}`, ...row(shares, (share) => share.toPrecision(2))],
  ];
}
