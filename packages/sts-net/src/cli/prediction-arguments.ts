import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Decision, MirrorAxis } from '@sts-net/inference';
import {
  type OpenPredictor,
  openPredictor,
  type PredictorSettings,
} from '../prediction/open-predictor.ts';
import { operatingPointOf } from '../prediction/operating-point-of.ts';
import { decisionOf } from '../tuning/operating-points-file.ts';
import { aimText } from '../tuning/tuning-text.ts';
import { backendOption, imageSize, number } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { withCliCure } from './load-for-cli.ts';
import { say } from './say.ts';
import { UsageError } from './usage-error.ts';

/** How networks are asked and their probabilities become labels, as options say it. */
export interface PredictionArguments {
  readonly threshold?: readonly number[];
  readonly minimumVolume?: number;
  readonly fillHoles?: true;
  readonly temperature?: number;
  readonly mostLikely?: true;
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

/**
 * Adds the options of all commands that predict.
 *
 * @returns what they are given, once the command line is read
 */
export function predictionOptions(command: CommandUnknownOpts): () => PredictionArguments {
  command
    .option(
      '--threshold <p>',
      'from which probability on a voxel is of a class; several, with commas between, are for one class each',
      shares('threshold'),
    )
    .option(
      '--minimum-volume <mm³>',
      'leave out smaller lesions, in pictures by pixels',
      number('minimum-volume', 'a number from 0 on', (value) => value >= 0),
    )
    .option('--fill-holes', 'fill what lesions enclose')
    .option(
      '--temperature <t>',
      'what the logits are divided by',
      number('temperature', 'a number above 0', (value) => value > 0),
    )
    .option('--most-likely', 'the most likely class, whatever operating point the run was tuned to')
    .option(
      '--mirror <axes>',
      'average over mirror images: rows, columns or rows,columns',
      mirrorAxes,
    )
    .option('--axes', 'average over cuts along all three axes of the volume')
    .option(
      '--tile <pixels>',
      'see larger images in tiles: 512 or 512x768',
      imageSize('tile', '512 or 512x768'),
    )
    .option(
      '--overlap <share>',
      'of a tile with the next; else 0.5',
      number('overlap', 'from 0 to below 1', (value) => value >= 0 && value < 1),
    )
    .option(...backendOption);
  return () => command.opts() as PredictionArguments;
}

/** Every option of `--threshold` is a share. */
function shares(option: string): (text: string) => readonly number[] {
  const one = number(
    option,
    'from 0 to 1, or several with commas between',
    (p) => p >= 0 && p <= 1,
  );
  return (text) => text.split(',').map(one);
}

/** Reads `--mirror`. */
function mirrorAxes(text: string): readonly MirrorAxis[] {
  const axes = text.split(',');
  const wrong = axes.find((axis) => axis !== 'rows' && axis !== 'columns');
  if (wrong === undefined) return axes as MirrorAxis[];
  throw new UsageError(`--mirror must be rows, columns or rows,columns, got '${text}'`);
}

/**
 * Loads the networks; where no option decides, at the operating point of the run, if it was tuned, which is
 * then said on stderr.
 */
export async function openForCli({
  model,
  ...given
}: PredictionArguments & { readonly model: readonly string[] }): Promise<OpenForCli> {
  const { mirror, axes, tile, overlap, backend } = given;
  const { threshold, minimumVolume, fillHoles, temperature, mostLikely } = given;
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
    onTiles: (text) => say('note', `${text}; --tile chooses others`),
    ...(tile !== undefined && { tiles: { size: tile, ...(overlap !== undefined && { overlap }) } }),
    temperature: points === undefined ? temperature : points.temperature,
  };
  const opened = await withCliCure(() => openPredictor(settings));
  if (opened.engine !== undefined) sayAdvice(opened.engine);
  if (points !== undefined) {
    say(
      'note',
      `at the operating point that was chosen for ${aimText(points.aim)}; --most-likely leaves it aside`,
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
