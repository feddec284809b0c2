import type { Interval } from '@sts-net/metrics/statistics';
import { durationText, largeText, plural } from '../report/format.ts';
import { scoreTitle } from '../scoring/scoring-text.ts';
import { csvText } from '../tables/csv.ts';
import { markdownTable } from '../tables/markdown.ts';
import type { MergedGrid } from './merge-grid.ts';
import { mergedScores } from './merged-scores.ts';
import { paperScores } from './paper-tables.ts';

export type Table = readonly (readonly string[])[];

/** Each row's scores, means over the test cases with their intervals. */
export function scoresTable({ rows }: MergedGrid): Table {
  return [
    ['row', 'runs', ...mergedScores.map((name) => scoreTitle(name, false)), 'Dice over runs'],
    ...rows.map((row) => [
      row.name,
      row.done < row.runs ? `${row.done} of ${row.runs}` : String(row.runs),
      ...mergedScores.map((name) => withInterval(row.scores[name], threeDecimals)),
      row.done > 1 ? `± ${row.scores.dice.deviation.toFixed(3)}` : '–',
    ]),
  ];
}

/** Each row's mean difference to the reference row, with p-values. */
export function differencesTable({ grid, rows }: MergedGrid): Table {
  const shown = ['dice', 'lesion-f1'] as const;
  return [
    [
      `against ${rows[grid.reference]!.name}`,
      ...shown.flatMap((name) => [scoreTitle(name, false), 'p', 'p (Holm)']),
    ],
    ...rows
      .filter((_, r) => r !== grid.reference)
      .map(({ name, scores }) => [
        name,
        ...shown.flatMap((score) => {
          const { difference, pValue, holm } = scores[score];
          return difference === null
            ? ['–', '–', '–']
            : [withInterval(difference, signed), pText(pValue), pText(holm)];
        }),
      ]),
  ];
}

/** Which share of the lesions of each size was found. */
export function sizesTable({ rows, inPixels }: MergedGrid): Table {
  const bins = rows.find(({ recallBySize }) => recallBySize.length > 0)?.recallBySize ?? [];
  const volume = (value: number): string => Number(value.toPrecision(3)).toString();
  return [
    [
      `lesions found, by volume (${inPixels ? 'pixels' : 'mm³'})`,
      ...bins.map(({ from, to }) =>
        Number.isFinite(to) ? `${volume(from)} … ${volume(to)}` : `from ${volume(from)}`,
      ),
    ],
    ...rows.map(({ name, recallBySize }) => [
      name,
      ...bins.map((_, i) => {
        const bin = recallBySize[i];
        return bin === undefined ? '–' : withInterval(bin.interval, threeDecimals);
      }),
    ]),
  ];
}

/** What each row costs. */
export function costsTable({ rows }: MergedGrid): Table {
  return [
    ['row', 'parameters', 'multiply-adds', 'time a run'],
    ...rows.map(({ name, parameters, multiplyAdds, seconds }) => [
      name,
      largeText(parameters),
      largeText(multiplyAdds),
      Number.isNaN(seconds) ? '–' : durationText(seconds),
    ]),
  ];
}

/** By the paper's protocol, in per cent: what it prints, and what was found here; undefined without a preset. */
export function paperTable({ rows }: MergedGrid): Table | undefined {
  if (rows.every(({ paper }) => paper === undefined)) return undefined;
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(2);
  return [
    ['row', ...paperScores.flatMap((name) => [`${name}, paper`, 'here'])],
    ...rows.map(({ name, paper, found }) => [
      name,
      ...paperScores.flatMap((_, i) => [
        text(paper?.[i]),
        text(found[i] === undefined ? null : 100 * found[i]!),
      ]),
    ]),
  ];
}

/** What must be known to read the tables, a sentence each. */
export function gridNotes(merged: MergedGrid): readonly string[] {
  const { cases, patients, missing, grid } = merged;
  return [
    `Means over ${plural(cases, 'test case')} of ${plural(patients, 'patient')}, each case being the mean of the row's runs; intervals draw patients, 95 %.`,
    ...(patients < 2
      ? ['Of one patient there are no intervals, and no test can tell rows apart.']
      : []),
    'p: permutation test on paired cases, patients exchanged whole; Holm’s correction is over the rows of one score.',
    ...(missing.length > 0
      ? [
          `${plural(missing.length, 'run is', 'runs are')} missing; rows that lack one are not tested: ${missing.slice(0, 20).join('; ')}${missing.length > 20 ? `; and ${missing.length - 20} more` : ''}.`,
        ]
      : []),
    ...grid.notes,
  ];
}

/** A line for each row, all digits. */
export function gridCsv({ rows }: MergedGrid): string {
  return csvText(
    rows.map((row) => ({
      row: row.name,
      runs: row.runs,
      done: row.done,
      ...Object.fromEntries(
        mergedScores.flatMap((name) => {
          const { estimate, low, high, deviation, difference, pValue, holm } = row.scores[name];
          const own = name.replaceAll('-', '_');
          return [
            [own, estimate],
            [`${own}_low`, low],
            [`${own}_high`, high],
            [`${own}_deviation_of_runs`, deviation],
            [`${own}_difference`, difference?.estimate ?? Number.NaN],
            [`${own}_p`, pValue ?? Number.NaN],
            [`${own}_p_holm`, holm ?? Number.NaN],
          ];
        }),
      ),
      ...Object.fromEntries(
        paperScores.map((name, i) => [`paper_protocol_${name}`, row.found[i] ?? Number.NaN]),
      ),
      parameters: row.parameters,
      multiply_adds: row.multiplyAdds,
      seconds: row.seconds,
    })),
  );
}

/** All tables and notes. */
export function gridMarkdown(merged: MergedGrid): string {
  const paper = paperTable(merged);
  const parts = [
    `# ${merged.grid.title}`,
    markdownTable(scoresTable(merged)),
    markdownTable(differencesTable(merged)),
    markdownTable(sizesTable(merged)),
    ...(paper === undefined ? [] : [markdownTable(paper)]),
    markdownTable(costsTable(merged)),
    gridNotes(merged)
      .map((note) => `- ${note}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function withInterval({ estimate, low, high }: Interval, text: (value: number) => string): string {
  if (Number.isNaN(estimate)) return '–';
  return Number.isNaN(low) || low === high
    ? text(estimate)
    : `${text(estimate)} [${text(low)}, ${text(high)}]`;
}

const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(3)}`;

const threeDecimals = (value: number): string => value.toFixed(3);

function pText(p: number | null): string {
  if (p === null || Number.isNaN(p)) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
