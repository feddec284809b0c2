import { dirname, join, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ConfigChange } from '../config/config-changes.ts';
import { loadConfig } from '../config/validate-config.ts';
import type { TrainEvent } from '../loggers/run-log.ts';
import { normalizationText } from '../runs/normalization-text.ts';
import { train } from '../runs/train.ts';
import { backendOption, number } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { exitCodes } from './exit-code.ts';
import { Interrupted, interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { trainingProgress } from './training-progress.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

export function trainCommand(): CommandUnknownOpts {
  return new Command('train')
    .argument('<config>', 'the JSON file that describes the run')
    .option('--output <folder>', 'folder of the run, in place of the config’s `output`')
    .option(backendOption[0], 'engine, in place of the config’s `backend`', backendOption[2])
    .option(
      '--set <path=value>',
      'change a field of the config: training.steps=100; may be given several times',
      change,
      [],
    )
    .option('--seed <number>', 'in place of the config’s `seed`', natural('seed'))
    .option(
      '--fold <number>',
      'cross-validation: the fold that validates, from 0, in place of `data.split.validation`; of `data.split.folds`, else 5; its run is in a folder of its own',
      natural('fold'),
    )
    .option('--resume', 'go on where the run stopped')
    .option('--accept-data', 'resume though cases came, went or changed since')
    .action(async (path, { output, backend, set, seed, fold, resume, acceptData }) => {
      const loaded = await loadConfig(path, [
        ...set,
        ...(seed === undefined ? [] : [{ path: 'seed', value: seed }]),
        ...(fold === undefined ? [] : foldChanges(fold)),
      ]);
      const config = {
        ...loaded,
        ...(fold !== undefined && { output: join(loaded.output, `fold-${fold}`) }),
        ...(output !== undefined && { output: resolve(output) }),
        ...(backend !== undefined && { backend }),
      };
      const line = progressLine();
      const warn = warnOnce(line);
      line.show('reading the cases');
      const show = trainingProgress(config.training.batchSize, line.show);
      let byClass = '';
      let normalization = '';
      const report = (event: TrainEvent): void => {
        if (event.event === 'start') {
          sayAdvice(event.backend);
          normalization = `${normalizationText(event.normalization)}\n`;
        }
        if (event.event === 'warning') warn(event.message);
        if (event.event === 'validation' && event.best && event.classes !== undefined) {
          byClass = ` (by class: ${event.classes.map((score) => score.toFixed(4)).join(', ')})`;
        }
        show(event);
      };
      let stopped: AbortSignal | undefined;
      const result = await interruptible('the last step is saved', (signal) => {
        stopped = signal;
        return train(config, {
          baseFolder: dirname(resolve(path)),
          resume: resume === true,
          acceptData: acceptData === true,
          signal,
          callbacks: report,
          onDownload: ({ file, received, total }) => line.show(downloadText(file, received, total)),
        });
      }).finally(() => line.clear());
      if (!result.finished) {
        throw new Interrupted(
          `interrupted after step ${result.step}; go on with: sts-net train ${path} --resume`,
          (stopped?.reason as Interrupted | undefined)?.exitCode ?? exitCodes.again,
        );
      }
      const best =
        result.bestStep === null
          ? 'no validation split: the last weights are kept as the best'
          : `best validation ${config.training.validation.metric} ${result.bestScore?.toFixed(4)}${byClass} at step ${result.bestStep}`;
      process.stdout.write(`${normalization}${result.step} steps; ${best}\n${result.output}\n`);
    });
}

/** Reads `path=value`; the value is JSON, or else a text. */
function change(text: string, before: readonly ConfigChange[]): readonly ConfigChange[] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new UsageError(`--set must be a path and a value, as training.steps=100, got '${text}'`);
  }
  return [...before, { path: text.slice(0, at), value: parsed(text.slice(at + 1)) }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function natural(option: string): (text: string) => number {
  const fits = (n: number) => Number.isSafeInteger(n) && n >= 0;
  return number(option, 'a whole number from 0 on', fits);
}

function foldChanges(fold: number): readonly ConfigChange[] {
  return [
    { path: 'data.split.fold', value: fold },
    { path: 'data.split.validation', value: [] },
  ];
}

function downloadText(file: string, received: number, total: number | null): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `downloading ${file}: ${megabytes(received)}${total === null ? '' : ` of ${megabytes(total)}`} MB`;
}
