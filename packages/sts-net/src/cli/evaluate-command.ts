import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { BackendName } from '@sts-net/backend';
import { readLabels, type SplitName } from '@sts-net/datasets';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { ontoGridOf } from '@sts-net/volume-io';
import { type Evaluation, evaluateVolumes } from '../evaluation/evaluate-volumes.ts';
import { evaluationText } from '../evaluation/evaluation-text.ts';
import { backendOption, oneOf } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { interruptible, progressLine } from './interruption.ts';

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
    .option('--prediction <file>', 'a label volume, to be compared with --truth')
    .option('--truth <file>', 'the true label volume')
    .option('--json <file>', 'file for all scores as JSON')
    .option(...backendOption)
    .action(async ({ model, prediction, truth, json, ...run }) => {
      const pair = prediction !== undefined && truth !== undefined;
      if ((model === undefined) === !pair) {
        throw new RangeError('give either --model, or --prediction and --truth');
      }
      const evaluation = pair
        ? await evaluateFiles(prediction, truth)
        : await evaluateSplit(model!, run);
      if (json !== undefined) {
        await writeFileAtomic(json, `${JSON.stringify(evaluation, null, 2)}\n`);
      }
      process.stdout.write(`${evaluationText(evaluation)}\n`);
    });
}

async function evaluateFiles(path: string, truthPath: string): Promise<Evaluation> {
  const remedy = 'threshold or renumber it first';
  const truth = await readLabels(truthPath, 'nonzero', { remedy });
  const prediction = ontoGridOf(await readLabels(path, 'nonzero', { remedy }), truth, {
    subject: `'${path}'`,
    reference: 'the truth',
  });
  return evaluateVolumes([{ id: truthPath, prediction, truth }]);
}

interface RunOptions {
  readonly split: SplitName;
  readonly config?: string | undefined;
  readonly acceptData?: true | undefined;
  readonly backend?: 'auto' | BackendName | undefined;
}

async function evaluateSplit(
  path: string,
  { split, config, acceptData, backend = 'auto' }: RunOptions,
): Promise<Evaluation> {
  const { evaluateRun } = await import('../evaluation/evaluate-run.ts');
  const line = progressLine();
  return interruptible('nothing was written', (signal) =>
    evaluateRun(path, split, {
      acceptData: acceptData === true,
      backend,
      onEngine: sayAdvice,
      ...(config !== undefined && { config }),
      signal,
      onProgress: (id, done, total) => line.show(`${id}: slice ${done}/${total}`),
    }),
  ).finally(() => line.clear());
}
