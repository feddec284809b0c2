import { existsSync } from 'node:fs';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { SplitName } from '@sts-net/datasets';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { type EvaluatedFiles, evaluateFiles } from '../evaluation/evaluate-files.ts';
import { type EvaluateFoldersOptions, evaluateFolders } from '../evaluation/evaluate-folders.ts';
import type { EvaluateRunOptions } from '../evaluation/evaluate-run.ts';
import { evaluationCsv, evaluationMarkdown } from '../evaluation/evaluation-formats.ts';
import { evaluationText } from '../evaluation/evaluation-text.ts';
import { holdsCases } from '../scoring/match-cases.ts';
import { operatingPointNote } from '../tuning/tuning-text.ts';
import { backendOption, integer, resampleCount, splitName } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import {
  candidateOverlapOption,
  candidateThresholdOption,
  emptyOption,
  ignoreOption,
  labelOption,
  patientOption,
  penaltyOption,
  refuseMaskOptions,
  refuseRunOptions,
  segmentOption,
  sizesOption,
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
    .option('--split <name>', 'its cases: test, validation or training; else test', splitName)
    .option('--config <file>', 'config with the cases, in place of the run’s own')
    .option('--accept-data', 'evaluate the run’s cases though their files have changed')
    .option('--most-likely', 'the most likely class, whatever operating point the run was tuned to')
    .option(
      '--prediction <path>',
      'a label volume, picture or DICOM SEG, or a folder or manifest of many, to be compared with --truth',
    )
    .option('--truth <path>', 'the true one, or a DICOM RTSTRUCT; or of many, named alike')
    .option(
      '--probabilities <path>',
      'what the predictions were made of: its file, or the folder or manifest of many; a run tells its own',
    )
    .option(...patientOption)
    .option(...labelOption)
    .option(...ignoreOption)
    .option(...thresholdOption)
    .option(...truthThresholdOption)
    .option(...segmentOption)
    .option(...truthSegmentOption)
    .option(
      '--image <path>',
      'image or folder of the DICOM series that contours were drawn on; of many a folder or manifest of these',
    )
    .option(...toleranceOption)
    .option(...emptyOption)
    .option(...penaltyOption)
    .option(...sizesOption)
    .option(...candidateThresholdOption)
    .option(...candidateOverlapOption)
    .option('--seed <number>', 'of the bootstrap intervals', integer('seed'), 0)
    .option('--resamples <count>', 'of the bootstrap intervals', resampleCount, 10_000)
    .option('--csv <file>', 'file for the scores of each case as CSV')
    .option('--json <file>', 'file for all scores as JSON')
    .option('--markdown <file>', 'file for the means with their intervals as Markdown')
    .option('--html <file>', 'file for all of it as a page with charts')
    .option(...backendOption)
    .action(async ({ model, prediction, truth, csv, json, markdown, html, ...given }) => {
      const { split, config, acceptData, mostLikely, backend, ...options } = given;
      const ofMasks = prediction !== undefined && truth !== undefined;
      if ((model === undefined) === !ofMasks) {
        throw new UsageError('give either --model, or --prediction and --truth');
      }
      const { tolerance, empty, penalty, sizes, seed, resamples, ...rest } = options;
      const { candidateThreshold, candidateOverlap, label, ...masks } = rest;
      const scoring = {
        ...{ tolerance, empty, penalty, sizes, seed, resamples },
        ...{ candidateThreshold, candidateOverlap, label },
      };
      if (model !== undefined) refuseMaskOptions(masks);
      else {
        const ofRuns = { split, config, acceptData, mostLikely, backend };
        refuseRunOptions(ofRuns, 'evaluated by --model');
      }
      for (const file of [csv, json, markdown, html])
        if (file !== undefined) await checkWritable(file);
      const page = html === undefined ? undefined : await import('../reporting/evaluation-page.ts');
      const worst = page?.worstCases();
      const evaluated = ofMasks
        ? await evaluateMasks(prediction, truth, {
            ...options,
            ...(worst && { onCase: worst.ofFile }),
          })
        : await evaluateSplit(model!, split ?? 'test', {
            ...scoring,
            ...(config !== undefined && { config }),
            acceptData: acceptData === true,
            mostLikely: mostLikely === true,
            backend: backend ?? 'auto',
            ...(worst && { onCase: worst.ofRun }),
          });
      const { evaluation, notes } = evaluated;
      if (csv !== undefined) await writeFileAtomic(csv, evaluationCsv(evaluation));
      if (json !== undefined) {
        // Paths may name patients, and are no part of how it was scored.
        const { image: _, probabilities: __, ...settings } = options;
        const text = JSON.stringify({ settings, ...evaluation }, null, 2);
        await writeFileAtomic(json, `${text}\n`);
      }
      if (markdown !== undefined) await writeFileAtomic(markdown, evaluationMarkdown(evaluated));
      if (html !== undefined) {
        await writeFileAtomic(html, page!.evaluationPage(evaluated, worst!.section()));
      }
      process.stdout.write(`${evaluationText(evaluation, notes)}\n`);
    });
}

/** Scores two files, or those of two folders or manifests. */
async function evaluateMasks(
  prediction: string,
  truth: string,
  { patient, ...options }: Omit<EvaluateFoldersOptions, 'signal' | 'onProgress' | 'onWarning'>,
): Promise<EvaluatedFiles> {
  const [many, manyTrue] = [await holdsCases(prediction), await holdsCases(truth)];
  // What is missing is told where it is read.
  const areThere = [prediction, truth].every(existsSync);
  if (many !== manyTrue && areThere) {
    throw new UsageError(
      `--prediction and --truth must be two files, or two folders or manifests, got '${prediction}' and '${truth}'`,
    );
  }
  if (!many && !manyTrue) {
    if (patient === undefined) {
      return evaluateFiles(prediction, truth, { ...options, onWarning: warnOnce() });
    }
    throw new UsageError('--patient is for folders; two files are one case');
  }
  const line = progressLine();
  return interruptible('nothing was written', (signal) =>
    evaluateFolders(prediction, truth, {
      ...options,
      patient,
      signal,
      onProgress: (id, done, total) => line.show(`case ${id}`, done, total),
      onWarning: warnOnce(line),
    }),
  ).finally(() => line.clear());
}

async function evaluateSplit(
  path: string,
  split: SplitName,
  options: EvaluateRunOptions,
): Promise<EvaluatedFiles> {
  const { evaluateRun } = await import('../evaluation/evaluate-run.ts');
  const line = progressLine();
  let operatingPoint: string | undefined;
  const evaluation = await interruptible('nothing was written', (signal) =>
    evaluateRun(path, split, {
      ...options,
      ...telling(line),
      onOperatingPoint: (points) => {
        operatingPoint = operatingPointNote(points);
      },
      signal,
    }),
  ).finally(() => line.clear());
  const { inPixels } = evaluation;
  return { evaluation, notes: { ...options, operatingPoint, inPixels, ignored: undefined } };
}
