import { dirname, resolve } from 'node:path';
import { findCases, readMaskFile, type SplitName, splitCases } from '@sts-net/datasets';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { predictorOf } from '@sts-net/model';
import type { CommandDef } from 'citty';
import { asLabels } from '../cases/case-store.ts';
import { loadConfig } from '../config/validate-config.ts';
import { evaluateModel } from '../evaluation/evaluate-model.ts';
import { type Evaluation, evaluateVolumes } from '../evaluation/evaluate-volumes.ts';
import { evaluationText } from '../evaluation/evaluation-text.ts';
import { loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { backendArgument, backendName } from './backend-argument.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export const evaluateCommand: CommandDef = command({
  meta: { name: 'evaluate', description: 'score a trained network, or a label volume' },
  args: {
    model: {
      type: 'string',
      description: 'folder of a run, or a checkpoint file, to be evaluated',
    },
    split: {
      type: 'string',
      default: 'test',
      description: 'its cases: test, validation or training',
    },
    config: { type: 'string', description: 'config with the cases, in place of the run’s own' },
    prediction: { type: 'string', description: 'a label volume, to be compared with --truth' },
    truth: { type: 'string', description: 'the true label volume' },
    json: { type: 'string', description: 'file for all scores as JSON' },
    backend: backendArgument,
  },
  async run({ args: { model, split, config, prediction, truth, json, backend } }) {
    const pair = prediction !== undefined && truth !== undefined;
    if ((model === undefined) === !pair) {
      throw new RangeError('give either --model, or --prediction and --truth');
    }
    const evaluation = pair
      ? await evaluateFiles(prediction, truth)
      : await evaluateSplit(model!, splitName(split), config, backend);
    if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(evaluation, null, 2)}\n`);
    process.stdout.write(`${evaluationText(evaluation)}\n`);
  },
});

async function evaluateFiles(prediction: string, truth: string): Promise<Evaluation> {
  const labels = async (path: string) =>
    asLabels(await readMaskFile(path), 2, { id: path, mask: path });
  const pair = { id: truth, prediction: await labels(prediction), truth: await labels(truth) };
  return evaluateVolumes([pair]);
}

async function evaluateSplit(
  path: string,
  split: SplitName,
  configPath: string | undefined,
  backend: string | undefined,
): Promise<Evaluation> {
  const engine = backendName(backend);
  const other = configPath === undefined ? undefined : await loadConfig(configPath);
  await prepareEngine(engine);
  const loaded = loadModel(path);
  const line = progressLine();
  try {
    const { data, seed } = other ?? loaded.config;
    const folder = configPath === undefined ? loaded.baseFolder : dirname(resolve(configPath));
    const cases = splitCases(await findCases(data.cases, folder), data.split, seed)[split];
    if (cases.length === 0) {
      throw new RangeError(
        `data.split: the ${split} split must hold a case, but is empty; name groups in \`data.split.${split}\`, or choose another --split`,
      );
    }
    return await interruptible('nothing was written', (signal) =>
      evaluateModel(predictorOf(loaded.model), loaded.config, cases, {
        signal,
        onProgress: (id, done, total) => line.show(`${id}: slice ${done}/${total}`),
      }),
    );
  } finally {
    line.clear();
    loaded.model.dispose();
  }
}

function splitName(value: string): SplitName {
  if (value === 'test' || value === 'validation' || value === 'training') return value;
  throw new RangeError(`--split must be test, validation or training, got '${value}'`);
}
