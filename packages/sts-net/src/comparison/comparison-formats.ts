import { csvText } from '../tables/csv.ts';
import { formatTable } from '../tables/format-table.ts';
import { markdownTable } from '../tables/markdown.ts';
import type { Comparison } from './comparison.ts';
import { comparisonHtml } from './comparison-html.ts';
import { comparisonNotes, comparisonTable, pooledTable } from './comparison-table.ts';

/** How a comparison is written to files, by the ending of their names. */
export const comparisonFormats: Readonly<
  Record<'csv' | 'json' | 'md' | 'html', (comparison: Comparison) => string>
> = {
  csv: comparisonCsv,
  json: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  md: comparisonMarkdown,
  html: comparisonHtml,
};

/** For terminals. */
export function comparisonText(comparison: Comparison): string {
  const tables = [comparisonTable(comparison), pooledTable(comparison)].map(formatTable);
  return `${[...tables, comparisonNotes(comparison).join('\n')].join('\n\n')}\n`;
}

/** A line for each score, then for each of all cases together. */
function comparisonCsv({ names: [a, b], rows, pooled, cases, patients }: Comparison): string {
  const lines = rows.map((row) => ({
    score: row.score,
    label: row.label ?? '',
    unit: row.unit,
    a,
    b,
    cases: row.cases,
    patients: row.patients,
    left_out: row.leftOut,
    both_empty_a: row.byRule.a.both,
    both_empty_b: row.byRule.b.both,
    one_empty_a: row.byRule.a.one,
    one_empty_b: row.byRule.b.one,
    mean_a: row.meanA,
    mean_b: row.meanB,
    difference: row.difference.estimate,
    low: row.difference.low,
    high: row.difference.high,
    p_permutation: row.permutation.pValue,
    p_permutation_holm: row.permutation.holm,
    p_wilcoxon: row.wilcoxon.pValue,
    p_wilcoxon_holm: row.wilcoxon.holm,
  }));
  // Of all cases together, without tests.
  const together = pooled.map(({ title, a: ofA, b: ofB, difference }) => ({
    ...blank,
    ...{ score: title, a, b, cases: cases.length, patients, mean_a: ofA, mean_b: ofB },
    ...{ difference: difference.estimate, low: difference.low, high: difference.high },
  }));
  return csvText([...lines, ...together]);
}

const blank = {
  score: '',
  label: '',
  unit: '',
  a: '',
  b: '',
  cases: 0,
  patients: 0,
  left_out: '',
  both_empty_a: '',
  both_empty_b: '',
  one_empty_a: '',
  one_empty_b: '',
  mean_a: 0,
  mean_b: 0,
  difference: 0,
  low: 0,
  high: 0,
  p_permutation: '',
  p_permutation_holm: '',
  p_wilcoxon: '',
  p_wilcoxon_holm: '',
} as const;

function comparisonMarkdown(comparison: Comparison): string {
  const notes = comparisonNotes(comparison).map((note) => `- ${note}`);
  const tables = [comparisonTable(comparison), pooledTable(comparison)].map(markdownTable);
  return `${[...tables, notes.join('\n')].join('\n\n')}\n`;
}
