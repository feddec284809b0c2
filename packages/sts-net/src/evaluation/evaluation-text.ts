import type { ScoreName } from '../scoring/scores.ts';
import { scoreTitle, scoreValue } from '../scoring/scoring-text.ts';
import { formatTable, scoreText } from '../tables/format-table.ts';
import type { Evaluation } from './evaluate-volumes.ts';
import {
  type EvaluationNotes,
  evaluationNotes,
  loadTable,
  meanTable,
  sizeTable,
} from './evaluation-tables.ts';
import type { LesionScores } from './lesion-scores.ts';
import { probabilityTable } from './probability-tables.ts';
import type { SliceScores } from './slice-scores.ts';

/** The scores of a case that are shown; a file has all. */
const shown = ['dice', 'precision', 'recall', 'hd95', 'nsd'] as const satisfies ScoreName[];
const ofLesions = ['lesion-precision', 'lesion-recall', 'lesion-f1'] as const;

/**
 * The scores as tables for people: the paper's over slices and those it hides, then those of volumes and
 * lesions by label, if there are several, and by case, their means with intervals, and how much and which sizes
 * were found.
 */
export function evaluationText(
  evaluation: Evaluation,
  notes: EvaluationNotes = { inPixels: evaluation.inPixels, ignored: undefined },
): string {
  const { labels, cases, probabilities } = evaluation;
  const { inPixels } = notes;
  return [
    sliceTable(evaluation),
    ...(labels.length > 0 ? [labelTable(evaluation, inPixels)] : []),
    caseTable(evaluation, inPixels),
    formatTable(loadTable(evaluation, inPixels)),
    formatTable(sizeTable(evaluation, inPixels)),
    ...(cases.length > 1 ? [formatTable(meanTable(evaluation, inPixels))] : []),
    ...(probabilities ? [formatTable(probabilityTable(probabilities, cases))] : []),
    evaluationNotes(evaluation, notes).join('\n'),
  ].join('\n\n');
}

function sliceTable({ slices, labels }: Evaluation): string {
  const { paper, foreground, pooled, floor, images } = slices;
  const none = Number.NaN;
  const rows: (string | number)[][] = [
    ['paper (mean of background and foreground)', paper.mDice, paper.mIoU, none, none],
    ['  foreground in the paper’s way', none, paper.jaccard, paper.precision, paper.recall],
    ['  all-background prediction', floor.paper.mDice, floor.paper.mIoU, none, none],
    ['foreground, mean over slices', ...fourOf(foreground)],
    ['foreground, all pixels pooled', ...fourOf(pooled)],
  ];
  const table = formatTable([
    [
      labels.length > 0 ? 'slices, means of the labels' : 'slices',
      'Dice',
      'IoU',
      'precision',
      'recall',
    ],
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cellText(cell) : cell))),
  ]);
  const times = labels.length > 0 ? `, counted once for each of ${labels.length} labels` : '';
  return `${table}\n${images.total} slices${times}: ${images.skipped} empty in truth and prediction are left out (of all but the pooled scores), ${images.emptyTruth} false alarms and ${images.emptyPrediction} misses count 0.`;
}

function fourOf({ dice, iou, precision, recall }: SliceScores['pooled']): number[] {
  return [dice, iou, precision, recall];
}

function header(inPixels: boolean): string[] {
  return [
    ...shown.map((name) => scoreTitle(name, inPixels)),
    ...['lesions', 'found', 'false', 'lesion precision', 'lesion recall', 'lesion F1'],
  ];
}

/** Each label over cases, and the means. */
function labelTable({ labels, scores, lesions }: Evaluation, inPixels: boolean): string {
  const row = (title: string, of: Pick<Evaluation, 'scores' | 'lesions'>): string[] => [
    title,
    ...shown.map((name) => scoreValue(name, of.scores[name].mean)),
    ...lesionCells(of.lesions).slice(0, 3),
    ...ofLesions.map((name) => scoreValue(name, of.scores[name].mean)),
  ];
  return formatTable([
    ['label, mean over cases', ...header(inPixels)],
    ...labels.map((one) => row(String(one.label), one)),
    row('mean', { scores, lesions }),
  ]);
}

function caseTable(evaluation: Evaluation, inPixels: boolean): string {
  const { cases, scores, slices, lesions, labels } = evaluation;
  const { dice, precision, recall } = slices.pooled;
  return formatTable([
    [labels.length > 0 ? 'case, mean of the labels' : 'case', ...header(inPixels)],
    ...cases.map((one) => [
      one.id,
      ...shown.map((name) => scoreValue(name, one.scores[name].value)),
      ...lesionCells(one.lesions),
    ]),
    [
      'mean',
      ...shown.map((name) => scoreValue(name, scores[name].mean)),
      ...['', '', ''],
      ...ofLesions.map((name) => scoreValue(name, scores[name].mean)),
    ],
    ['all pooled', ...[dice, precision, recall].map(cellText), '–', '–', ...lesionCells(lesions)],
  ]);
}

function lesionCells(scores: LesionScores): string[] {
  const { found, missed, falsePositives, precision, recall, f1 } = scores;
  return [
    ...[found + missed, found, falsePositives].map(String),
    ...[precision, recall, f1].map(cellText),
  ];
}

/** A dash where there is no such score. */
function cellText(score: number): string {
  return Number.isNaN(score) ? '–' : scoreText(score);
}
