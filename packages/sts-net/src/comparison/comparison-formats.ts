import { formatTable } from '../tables/format-table.ts';
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

/** A line for each score (RFC 4180), all digits; empty where there is no value. */
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
  const cell = (value: string | number): string => {
    if (Number.isNaN(value)) return '';
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const table = [Object.keys(lines[0]!), ...lines.map(Object.values<string | number>)];
  return table.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function comparisonMarkdown(comparison: Comparison): string {
  const [header, ...rows] = comparisonTable(comparison).map((row) =>
    row.map((cell) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|')),
  ) as [string[], ...string[][]];
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const notes = comparisonNotes(comparison).map((note) => `- ${note}`);
  return `${[header, rule, ...rows].map(line).join('\n')}\n\n${notes.join('\n')}\n`;
}
