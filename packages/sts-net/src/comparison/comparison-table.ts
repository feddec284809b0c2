import type { ComparisonRow } from './compare-cases.ts';
import type { Comparison } from './compare-folders.ts';

/** The table that people read: a header and a row for each score, as texts. */
export function comparisonTable({ names: [a, b], rows }: Comparison): string[][] {
  return [
    [
      'score',
      a,
      b,
      'difference',
      '95 % interval',
      'p, permutation',
      'Holm',
      'p, Wilcoxon',
      'Holm',
      'cases',
      'patients',
    ],
    ...rows.map((row) => [
      row.title,
      valueText(row, row.meanA),
      valueText(row, row.meanB),
      signed(row, row.difference.estimate),
      row.cases === 0
        ? '–'
        : `${signed(row, row.difference.low)} … ${signed(row, row.difference.high)}`,
      pText(row.permutation.pValue),
      pText(row.permutation.holm),
      pText(row.wilcoxon.pValue),
      pText(row.wilcoxon.holm),
      String(row.cases),
      String(row.patients),
    ]),
  ];
}

/** What must be known to read the table, a sentence each. */
export function comparisonNotes({
  names: [a, b],
  rows,
  cases,
  patients,
  settings,
}: Comparison): string[] {
  const titles = (list: readonly ComparisonRow[]): string =>
    list.map(({ title }) => title).join(', ');
  const lower = rows.filter(({ better }) => better === 'lower');
  const { label, tolerance, empty, seed, resamples } = settings;
  const leftOut = rows.filter((row) => row.leftOut + row.oneSided > 0);
  const decided = rows.filter((row) => row.byRule > 0);
  return [
    `${cases.length} cases of ${patients} patients; the difference is ${b} − ${a}, the mean over cases, of ${label === undefined ? 'every label above 0' : `label ${label}`}.`,
    ...(lower.length > 0 ? [`Lower is better: ${titles(lower)}.`] : []),
    ...(rows.some(({ score }) => score === 'nsd')
      ? [`Surface Dice: share of both surfaces within ${tolerance} mm of each other.`]
      : []),
    `Intervals by bootstrap and permutations by patient, Wilcoxon's test on the means of patients; seed ${seed}, ${resamples} resamples. Holm: p-values corrected for ${rows.length} scores.`,
    ...(patients < 6
      ? [
          `Of ${patients} patients no p-value can be below ${pText(Math.min(1, 2 ** (1 - patients)))}, and intervals are too narrow.`,
        ]
      : []),
    `A miss or a false alarm scores worst; truth and prediction both empty: ${empty}.`,
    ...(leftOut.length > 0
      ? [
          `Cases left out, since that rule gives no score to both methods (or to one): ${leftOut.map(({ title, leftOut: both, oneSided }) => `${title} ${both} (${oneSided})`).join(', ')}.`,
        ]
      : []),
    ...(decided.length > 0
      ? [
          `Cases whose score the rule decided: ${decided.map(({ title, byRule }) => `${title} ${byRule}`).join(', ')}.`,
        ]
      : []),
  ];
}

/** A score of one case or a mean; a dash where there is none. */
export function valueText({ unit }: Pick<ComparisonRow, 'unit'>, value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(unit === 'mm' ? 2 : 4);
}

function signed(row: ComparisonRow, value: number): string {
  const text = valueText(row, value);
  if (Number.isNaN(value) || /^-?0\.0+$/.test(text)) return text.replace('-', '');
  return value > 0 ? `+${text}` : text.replace('-', '−');
}

function pText(p: number): string {
  if (Number.isNaN(p)) return '–';
  return p < 0.0001 ? '<0.0001' : p.toFixed(4);
}
