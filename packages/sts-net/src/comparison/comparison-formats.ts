import { csvText } from '../tables/csv.ts';
import { formatTable } from '../tables/format-table.ts';
import { markdownTable } from '../tables/markdown.ts';
import type { Comparison } from './compare-folders.ts';
import { comparisonHtml } from './comparison-html.ts';
import { comparisonNotes, comparisonTable } from './comparison-table.ts';

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
  return `${formatTable(comparisonTable(comparison))}\n\n${comparisonNotes(comparison).join('\n')}\n`;
}

/** A line for each score. */
function comparisonCsv({ names: [a, b], rows }: Comparison): string {
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
  return csvText(lines);
}

function comparisonMarkdown(comparison: Comparison): string {
  const notes = comparisonNotes(comparison).map((note) => `- ${note}`);
  return `${markdownTable(comparisonTable(comparison))}\n\n${notes.join('\n')}\n`;
}
