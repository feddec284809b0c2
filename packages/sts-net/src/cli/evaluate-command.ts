import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { SplitName } from '@sts-net/datasets';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { type EvaluatedFiles, evaluateFiles } from '../evaluation/evaluate-files.ts';
import type { EvaluateRunOptions } from '../evaluation/evaluate-run.ts';
import { evaluationText } from '../evaluation/evaluation-text.ts';
import { backendOption, oneOf } from './arguments.ts';
import { interruptible, progressLine } from './interruption.ts';
import {
  emptyOption,
  ignoreOption,
  labelOption,
  penaltyOption,
  segmentOption,
  thresholdOption,
  toleranceOption,
  truthSegmentOption,
  truthThresholdOption,
} from './scoring-arguments.ts';
import { telling } from './telling.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

export function evaluateCommand(): CommandUnknownOpts {
  return new Command('evaluate')
    .option('--model <path>', 'folder of a run, or a file of weights, to be evaluated')
    .option(
      '--split <name>',
      'its cases: test, validation or training',
      oneOf('split', ['test', 'validation', 'training']),
      'test' as const,
    )
    .option('--config <file>', 'config with the cases, in place of the run’s own')
    .option('--accept-data', 'evaluate the run’s cases though their files have changed')
    .option(
      '--prediction <file>',
      'a label volume, picture or DICOM SEG, to be compared with --truth',
    )
    .option('--truth <file>', 'the true one, or a DICOM RTSTRUCT')
    .option(...labelOption)
    .option(...ignoreOption)
    .option(...thresholdOption)
    .option(...truthThresholdOption)
    .option(...segmentOption)
    .option(...truthSegmentOption)
    .option('--image <path>', 'image or folder of the DICOM series that contours were drawn on')
    .option(...toleranceOption)
    .option(...emptyOption)
    .option(...penaltyOption)
    .option('--json <file>', 'file for all scores as JSON')
    .option(...backendOption)
    .action(async ({ model, prediction, truth, json, ...given }) => {
      const { split, config, acceptData, backend = 'auto', ...options } = given;
      const pair = prediction !== undefined && truth !== undefined;
      if ((model === undefined) === !pair) {
        throw new UsageError('give either --model, or --prediction and --truth');
      }
      const { tolerance, empty, penalty, ...masks } = options;
      const scoring = { tolerance, empty, penalty };
      if (model !== undefined) refuse(masks);
      const { evaluation, notes } = pair
        ? await evaluateFiles(prediction, truth, { ...options, onWarning: warnOnce() })
        : await evaluateSplit(model!, split, {
            ...scoring,
            ...(config !== undefined && { config }),
            acceptData: acceptData === true,
            backend,
          });
      if (json !== undefined) {
        const text = JSON.stringify({ settings: options, ...evaluation }, null, 2);
        await writeFileAtomic(json, `${text}\n`);
      }
      process.stdout.write(`${evaluationText(evaluation, notes)}\n`);
    });
}

/** What masks hold is in the config of a run. */
function refuse(options: Readonly<Record<string, unknown>>): void {
  const [given] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (given === undefined) return;
  throw new UsageError(
    `\`${given}\` is for --prediction and --truth; a run's config says what its masks hold`,
  );
}

async function evaluateSplit(
  path: string,
  split: SplitName,
  options: EvaluateRunOptions,
): Promise<EvaluatedFiles> {
  const { evaluateRun } = await import('../evaluation/evaluate-run.ts');
  const line = progressLine();
  const evaluation = await interruptible('nothing was written', (signal) =>
    evaluateRun(path, split, {
      ...options,
      ...telling(line),
      signal,
    }),
  ).finally(() => line.clear());
  return { evaluation, notes: { ...options, inPixels: false, ignored: undefined } };
}
