import { probabilityNotes } from '../evaluation/probability-tables.ts';
import { plural } from '../report/format.ts';
import { decidedNote, scoreValue, scoringNotes } from '../scoring/scoring-text.ts';
import type { ComparisonRow } from './compare-cases.ts';
import type { Comparison } from './comparison.ts';

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
      titleOf(row),
      scoreValue(row.score, row.meanA),
      scoreValue(row.score, row.meanB),
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

/** What is counted over all cases together: a header and a row for each. */
export function pooledTable({ names: [a, b], pooled, patients }: Comparison): string[][] {
  const text = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(4));
  return [
    ['all cases together', a, b, 'difference', '95 % interval'],
    ...pooled.map((row) => [
      row.title,
      text(row.a),
      text(row.b),
      signedText(text(row.difference.estimate), row.difference.estimate),
      patients < 2 || Number.isNaN(row.difference.low)
        ? '–'
        : `${signedText(text(row.difference.low), row.difference.low)} … ${signedText(text(row.difference.high), row.difference.high)}`,
    ]),
  ];
}

/** What must be known to read the table, a sentence each. */
export function comparisonNotes(comparison: Comparison): string[] {
  const { rows, cases, patients, settings, notes, names } = comparison;
  const [a, b] = names;
  const betterWhere = (where: ComparisonRow['better']) =>
    rows
      .filter(({ better, label }) => better === where && label === null)
      .map(({ title }) => title);
  const soft = comparison.pooled.filter(({ better }) => better === 'lower');
  const [lower, zero] = [
    [...betterWhere('lower'), ...soft.map(({ title }) => title)],
    betterWhere('zero'),
  ];
  const { seed, resamples } = settings;
  const leftOut = rows.filter((row) => row.leftOut > 0);
  const decided = (method: 'a' | 'b') =>
    decidedNote(rows.map((row) => [titleOf(row), row.byRule[method]])).map(
      (note) => `${names[method === 'a' ? 0 : 1]}: ${note}`,
    );
  return [
    `${plural(cases.length, 'case')} of ${plural(patients, 'patient')}; the difference is ${b} − ${a}, the mean over cases, of ${targetText(comparison)}.`,
    ...(lower.length > 0 ? [`Lower is better: ${lower.join(', ')}.`] : []),
    ...(zero.length > 0 ? [`Nearer 0 is better: ${zero.join(', ')}.`] : []),
    `Intervals by bootstrap and permutations by patient, Wilcoxon's test on the means of patients; seed ${seed}, ${resamples} resamples. Holm: p-values corrected for ${plural(rows.length, rows.length === settings.scores.length ? 'score' : 'row')}.`,
    ...(patients < 6
      ? [
          `Of ${patients === 1 ? 'one patient' : `${patients} patients`} no p-value can be below ${pText(Math.min(1, 2 ** (1 - patients)))}, and intervals are too narrow.`,
        ]
      : []),
    ...scoringNotes(notes),
    ...(leftOut.length > 0
      ? [
          `Cases left out, since that rule gives no score where truth and both predictions are empty: ${leftOut.map((row) => `${titleOf(row)} ${row.leftOut}`).join(', ')}.`,
        ]
      : []),
    ...decided('a'),
    ...decided('b'),
    ...(soft.length > 0 ? probabilityNotes(notes) : []),
  ];
}

function targetText({ labels, settings: { label } }: Comparison): string {
  if (label === 'all' || (label === undefined && labels.length === 0)) return 'every label above 0';
  const listed = label ?? labels;
  if (listed.length === 1) return `label ${listed[0]}`;
  const list = `labels ${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}`;
  return label === undefined ? `the means of ${list}` : `${list} as one target`;
}

/** A score's name in tables, with the label if it is of one of several. */
export function titleOf({ title, label }: Pick<ComparisonRow, 'title' | 'label'>): string {
  return label === null ? title : `${title}, label ${label}`;
}

function signed(row: ComparisonRow, value: number): string {
  return signedText(scoreValue(row.score, value), value);
}

function signedText(text: string, value: number): string {
  if (Number.isNaN(value) || /^-?0\.0+$/.test(text)) return text.replace('-', '');
  return value > 0 ? `+${text}` : text.replace('-', '−');
}

function pText(p: number): string {
  if (Number.isNaN(p)) return '–';
  return p < 0.0001 ? '<0.0001' : p.toFixed(4);
}
