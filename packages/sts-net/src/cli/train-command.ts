import { dirname, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ChosenNormalization } from '@sts-net/inference';
import { loadConfig } from '../config/validate-config.ts';
import type { TrainEvent } from '../runs/run-log.ts';
import { train } from '../runs/train.ts';
import { backendOption } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { Interrupted, interruptible, progressLine } from './interruption.ts';
import { warnOnce } from './warn-once.ts';

export function trainCommand(): CommandUnknownOpts {
  return new Command('train')
    .argument('<config>', 'the JSON file that describes the run')
    .option('--output <folder>', 'folder of the run, in place of the config’s `output`')
    .option(backendOption[0], 'engine, in place of the config’s `backend`', backendOption[2])
    .option('--resume', 'go on where the run stopped')
    .option('--accept-data', 'resume though cases came, went or changed since')
    .action(async (path, { output, backend, resume, acceptData }) => {
      const loaded = await loadConfig(path);
      const config = {
        ...loaded,
        ...(output !== undefined && { output: resolve(output) }),
        ...(backend !== undefined && { backend }),
      };
      const line = progressLine();
      const warn = warnOnce(line);
      line.show('reading the cases');
      const show = reporter((text) => line.show(text));
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
      const result = await interruptible('the last step is saved', (signal) =>
        train(config, {
          baseFolder: dirname(resolve(path)),
          resume: resume === true,
          acceptData: acceptData === true,
          signal,
          onEvent: report,
          onDownload: ({ file, received, total }) => line.show(downloadText(file, received, total)),
        }),
      ).finally(() => line.clear());
      if (!result.finished) {
        throw new Interrupted(
          `interrupted after step ${result.step}; go on with: sts-net train ${path} --resume`,
        );
      }
      const best =
        result.bestStep === null
          ? 'no validation split: the last weights are kept as the best'
          : `best validation ${config.training.validation.metric} ${result.bestScore?.toFixed(4)}${byClass} at step ${result.bestStep}`;
      process.stdout.write(`${normalization}${result.step} steps; ${best}\n${result.output}\n`);
    });
}

function normalizationText({ rule, reason }: ChosenNormalization): string {
  const { name, ...options } = rule;
  const own = Object.entries(options).map(([key, value]) => ` ${key} ${value}`);
  return `normalization: ${name}${own.join(',')} (${reason})`;
}

function downloadText(file: string, received: number, total: number | null): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `downloading ${file}: ${megabytes(received)}${total === null ? '' : ` of ${megabytes(total)}`} MB`;
}

/** Turns events into the text of a progress line. */
function reporter(show: (text: string) => void): (event: TrainEvent) => void {
  let steps = 0;
  let first = { step: 0, time: 0 };
  let validation = '';
  return (event) => {
    if (event.event === 'start') {
      steps = event.steps;
      first = { step: event.step, time: performance.now() };
      show(`${event.samples} samples, ${event.backend.name}`);
    } else if (event.event === 'validation') {
      validation = `, validation ${event.score.toFixed(4)}${event.best ? ' (best)' : ''}`;
    } else if (event.event === 'step') {
      const perStep = (performance.now() - first.time) / (event.step - first.step) / 1000;
      const left = Math.round(perStep * (steps - event.step));
      show(
        `step ${event.step}/${steps}, loss ${event.loss.toFixed(4)}${validation}, ${perStep.toFixed(2)} s/step, ${left} s left`,
      );
    }
  };
}
