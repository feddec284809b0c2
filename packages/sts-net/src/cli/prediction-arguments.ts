import type { Decision, MirrorAxis } from '@sts-net/inference';
import {
  type OpenPredictor,
  openPredictor,
  type PredictorSettings,
} from '../prediction/open-predictor.ts';
import { operatingPointOf } from '../prediction/operating-point-of.ts';
import { decisionOf } from '../tuning/operating-points-file.ts';
import { aimText } from '../tuning/tuning-text.ts';
import { number } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { withCliCure } from './load-for-cli.ts';
import { UsageError } from './usage-error.ts';

/** How probabilities become labels, as options say it. */
export interface DecisionArguments {
  readonly threshold?: readonly number[];
  readonly minimumVolume?: number;
  readonly fillHoles?: true;
  readonly temperature?: number;
  readonly mostLikely?: true;
}

/** Which networks are asked, and how. */
export interface NetworkArguments {
  readonly model: readonly string[];
  readonly mirror?: readonly MirrorAxis[];
  readonly axes?: true;
  readonly tile?: readonly [number, number];
  readonly overlap?: number;
  readonly backend?: PredictorSettings['engine'];
}

/** Networks that are ready, and how their probabilities become labels. */
export interface OpenForCli extends OpenPredictor {
  readonly decision: Decision;
}

/** Every option of `--threshold` is a share. */
export function shares(option: string): (text: string) => readonly number[] {
  const one = number(
    option,
    'from 0 to 1, or several with commas between',
    (p) => p >= 0 && p <= 1,
  );
  return (text) => text.split(',').map(one);
}

export const share = (option: string) =>
  number(option, 'from 0 to below 1', (value) => value >= 0 && value < 1);
export const atLeast0 = (option: string) =>
  number(option, 'a number from 0 on', (value) => value >= 0);
export const above0 = (option: string) => number(option, 'a number above 0', (value) => value > 0);

/** Reads `--mirror`. */
export function mirrorAxes(text: string): readonly MirrorAxis[] {
  const axes = text.split(',');
  const wrong = axes.find((axis) => axis !== 'rows' && axis !== 'columns');
  if (wrong === undefined) return axes as MirrorAxis[];
  throw new UsageError(`--mirror must be rows, columns or rows,columns, got '${text}'`);
}

/**
 * Loads the networks; where no option decides, at the operating point of the run, if it was tuned, which is
 * then said on stderr.
 */
export async function openForCli(
  { model, mirror, axes, tile, overlap, backend }: NetworkArguments,
  { threshold, minimumVolume, fillHoles, temperature, mostLikely }: DecisionArguments,
): Promise<OpenForCli> {
  const own = threshold !== undefined || minimumVolume !== undefined || temperature !== undefined;
  if (own && mostLikely) {
    throw new UsageError(
      '--most-likely must be given without --threshold, --minimum-volume and --temperature',
    );
  }
  if (overlap !== undefined && tile === undefined) {
    throw new UsageError('--overlap must be given with --tile');
  }
  const points = own || mostLikely ? undefined : await operatingPointOf(model);
  const settings: PredictorSettings = {
    models: model,
    ...(backend !== undefined && { engine: backend }),
    mirror,
    axes,
    onTiles: (text) => {
      process.stderr.write(`note: ${text}; --tile chooses others\n`);
    },
    ...(tile !== undefined && { tiles: { size: tile, ...(overlap !== undefined && { overlap }) } }),
    temperature: points === undefined ? temperature : points.temperature,
  };
  const opened = await withCliCure(() => openPredictor(settings));
  if (opened.engine !== undefined) sayAdvice(opened.engine);
  if (points !== undefined) {
    process.stderr.write(
      `note: at the operating point that was chosen for ${aimText(points.aim)}; --most-likely leaves it aside\n`,
    );
  }
  const decision =
    points === undefined
      ? {
          ...(threshold !== undefined && {
            threshold: threshold.length === 1 ? threshold[0]! : threshold,
          }),
          ...(minimumVolume !== undefined && { minimumVolume }),
        }
      : decisionOf(points);
  return { ...opened, decision: { ...decision, ...(fillHoles && { fillHoles }) } };
}
