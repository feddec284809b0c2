import { formatTable, scoreText } from '../tables/format-table.ts';
import type { Evaluation, LesionScores } from './evaluate-volumes.ts';

/** The scores as tables for people: the paper's, those it hides, the floor, lesions, each case. */
export function evaluationText({ slices, lesions, cases }: Evaluation): string {
  const { paper, foreground, pooled, floor, images } = slices;
  const scores = formatTable(
    [
      ['slices', 'Dice', 'IoU', 'precision', 'recall'],
      [
        'paper (mean of background and foreground)',
        paper.mDice,
        paper.mIoU,
        Number.NaN,
        Number.NaN,
      ],
      ['  foreground in the paper’s way', Number.NaN, paper.jaccard, paper.precision, paper.recall],
      ['  all-background prediction', floor.paper.mDice, floor.paper.mIoU, Number.NaN, Number.NaN],
      [
        'foreground, mean over slices',
        foreground.dice,
        foreground.iou,
        foreground.precision,
        foreground.recall,
      ],
      ['foreground, all pixels pooled', pooled.dice, pooled.iou, pooled.precision, pooled.recall],
    ].map((row) => row.map((cell) => (typeof cell === 'number' ? cellText(cell) : cell))),
  );
  const rule = `${images.total} slices: ${images.skipped} empty in truth and prediction are left out (of all but the pooled scores), ${images.emptyTruth} false alarms and ${images.emptyPrediction} misses count 0.`;
  const byCase = formatTable([
    ['case', 'pooled Dice', 'mDice', ...lesionHeader],
    ...cases.map(({ id, slices: own, lesions: found }) => [
      id,
      scoreText(own.pooled.dice),
      scoreText(own.paper.mDice),
      ...lesionCells(found),
    ]),
    ['all', scoreText(pooled.dice), scoreText(paper.mDice), ...lesionCells(lesions)],
  ]);
  return `${scores}\n${rule}\n\n${byCase}`;
}

const lesionHeader = [
  'lesions',
  'found',
  'false',
  'lesion precision',
  'lesion recall',
  'lesion F1',
];

function lesionCells(scores: LesionScores): string[] {
  const { found, missed, falsePositives, precision, recall, f1 } = scores;
  return [
    ...[found + missed, found, falsePositives].map(String),
    ...[precision, recall, f1].map(scoreText),
  ];
}

/** A dash where the protocol has no such score. */
function cellText(score: number): string {
  return Number.isNaN(score) ? '–' : scoreText(score);
}
