import { plural, scoreText } from './format.ts';
import { type Html, html } from './html.ts';
import type { ReportColumn, ReportScores } from './report.ts';

/** A score as the table shows it. */
interface ScoreRow {
  readonly name: string;
  /** One sentence. */
  readonly meaning: string;
  readonly text: (scores: ReportScores) => string;
  /** What to emphasise the highest of; none where no column is better. */
  readonly value?: (scores: ReportScores) => number;
}

/** Rows under one heading. */
interface ScoreGroup {
  readonly name: string;
  readonly meaning: string;
  readonly rows: readonly ScoreRow[];
}

function score(name: string, meaning: string, value: (scores: ReportScores) => number): ScoreRow {
  return { name, meaning, value, text: (scores) => scoreText(value(scores)) };
}

function fact(name: string, meaning: string, text: (scores: ReportScores) => string): ScoreRow {
  return { name, meaning, text };
}

/** All scores of the report, most telling first. */
const scoreGroups: readonly ScoreGroup[] = [
  {
    name: 'Foreground, pooled',
    meaning: 'Lesion pixels of all test slices counted together, as of one volume.',
    rows: [
      score(
        'Dice',
        'Twice the overlap of prediction and truth, divided by the sum of their sizes: 1 is perfect, 0 no overlap.',
        ({ slices }) => slices.pooled.dice,
      ),
      score(
        'IoU',
        'The overlap divided by the union of prediction and truth.',
        ({ slices }) => slices.pooled.iou,
      ),
      score(
        'Precision',
        'Share of the predicted pixels that are lesion.',
        ({ slices }) => slices.pooled.precision,
      ),
      score(
        'Recall',
        'Share of the lesion pixels that were predicted.',
        ({ slices }) => slices.pooled.recall,
      ),
    ],
  },
  {
    name: 'Lesion by lesion',
    meaning:
      'A lesion is a connected group of voxels in the volume; it is found where a predicted lesion touches it.',
    rows: [
      fact(
        'Lesions found',
        'Of all lesions that the truth holds.',
        ({ lesions: { found, missed } }) => `${found} of ${found + missed}`,
      ),
      fact('False alarms', 'Predicted lesions that touch no true one.', ({ lesions }) =>
        String(lesions.falsePositives),
      ),
      score('Recall', 'Found share of the true lesions.', ({ lesions }) => lesions.recall),
      score(
        'Precision',
        'Share of the predicted lesions that touch a true one.',
        ({ lesions }) => lesions.precision,
      ),
      score('F1', 'Harmonic mean of these two.', ({ lesions }) => lesions.f1),
    ],
  },
  {
    name: 'Foreground, image by image',
    meaning: 'Mean over slices; a slice with few lesion pixels counts as much as one with many.',
    rows: [
      score('Dice', 'Of the lesion class alone.', ({ slices }) => slices.foreground.dice),
      score('IoU', 'Of the lesion class alone.', ({ slices }) => slices.foreground.iou),
      score('Precision', 'Of the lesion class alone.', ({ slices }) => slices.foreground.precision),
      score('Recall', 'Of the lesion class alone.', ({ slices }) => slices.foreground.recall),
    ],
  },
  {
    name: 'Protocol of the paper',
    meaning:
      'Mean over slices, and mDice and mIoU also over lesion and background: as the background is nearly always right, predicting nothing already earns about 0.5 in these two.',
    rows: [
      score('mDice', 'Mean Dice of lesion and background.', ({ slices }) => slices.paper.mDice),
      score('mIoU', 'Mean IoU of lesion and background.', ({ slices }) => slices.paper.mIoU),
      score('Jaccard', 'IoU of the lesion class.', ({ slices }) => slices.paper.jaccard),
      score('Recall', 'Of the lesion class.', ({ slices }) => slices.paper.recall),
      score('Precision', 'Of the lesion class.', ({ slices }) => slices.paper.precision),
    ],
  },
  {
    name: 'What the rule for empty masks touched',
    meaning:
      'Where truth and prediction are both empty, Dice is 0/0 and the slice is left out of the means; where only one is, it scores 0. Pooled scores need no rule.',
    rows: [
      fact(
        'Slices counted',
        'In both kinds of means over slices.',
        ({ slices }) => `${slices.counted} of ${slices.images.total}`,
      ),
      fact('Left out', 'Nothing to find and nothing predicted.', ({ slices }) =>
        plural(slices.images.skipped, 'slice'),
      ),
      fact('False alarm, scored 0', 'Nothing to find, but something predicted.', ({ slices }) =>
        plural(slices.images.emptyTruth, 'slice'),
      ),
      fact('Miss, scored 0', 'Something to find, but nothing predicted.', ({ slices }) =>
        plural(slices.images.emptyPrediction, 'slice'),
      ),
    ],
  },
];

/** All scores of `columns` side by side; the highest of each row is bold. */
export function scoreTable(columns: readonly ReportColumn[], caption: string): Html {
  return html`<div class="scroll"><table class="scores">
<caption>${caption}</caption>
<thead><tr><th scope="col">Score</th>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
${scoreGroups.map((group) => groupRows(group, columns))}
</table></div>
<ul class="notes">${columns.map(
    ({ name, explanation }) => html`<li><b>${name}</b>: ${explanation}</li>`,
  )}</ul>`;
}

function groupRows({ name, meaning, rows }: ScoreGroup, columns: readonly ReportColumn[]): Html {
  return html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${columns.length + 1}">${name} <small>${meaning}</small></th></tr>
${rows.map((row) => scoreRow(row, columns))}
</tbody>`;
}

function scoreRow(
  { name, meaning, text, value }: ScoreRow,
  columns: readonly ReportColumn[],
): Html {
  const values = columns.map(({ scores }) => value?.(scores) ?? Number.NaN);
  const highest = columns.length > 1 ? Math.max(...values.filter((one) => one > 0)) : Number.NaN;
  return html`<tr><th scope="row">${name} <small>${meaning}</small></th>${columns.map(
    ({ scores }, i) =>
      values[i] === highest
        ? html`<td><b>${text(scores)}</b></td>`
        : html`<td>${text(scores)}</td>`,
  )}</tr>`;
}
