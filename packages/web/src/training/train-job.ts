import type { BackendInfo } from '@sts-net/backend';
import { refuseLeaks, type Split, type SplitName, splitCases } from '@sts-net/datasets/any-runtime';
import {
  anewText,
  buildModel,
  checkLength,
  type MemoryConfig,
  predictionSettings,
  prepareTraining,
  type RunNormalization,
  runNormalization,
  runSteps,
  stepsOf,
} from '@sts-net/experiment';
import { CaseStore, channelsOfCases } from '@sts-net/experiment/batches';
import {
  loadFittingWeights,
  predictionNetwork,
  readSafetensors,
  storedTensors,
  weightTensors,
} from '@sts-net/model';
import { createTraining, type LossChoice, newProgress } from '@sts-net/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { encodeModel } from '../model/encode-model.ts';
import { describeClasses } from '../model/model-description.ts';
import { type EngineChoice, startEngine } from '../prediction/start-engine.ts';
import {
  type Checkpoint,
  checkSame,
  encodeCheckpoint,
  readCheckpoint,
  restoreCheckpoint,
} from './checkpoint.ts';
import { validatePageConfig } from './page-config.ts';
import { type CaseRecord, type PlainCase, type ReadCases, readCases } from './read-cases.ts';
import type { TrainingEvent } from './training-event.ts';

/** A training as it crosses to a worker. */
export interface TrainingJob {
  /** Its name. */
  readonly run: string;
  readonly config: unknown;
  readonly cases: readonly PlainCase[];
  readonly engine: EngineChoice;
  /** The folder of TensorFlow.js's .wasm files. */
  readonly assets: string | undefined;
  /** Where to go on from. */
  readonly checkpoint: Blob | undefined;
  /** Weights to start from; those that fit are taken. */
  readonly start: Blob | undefined;
}

/** What is kept of a training: where to resume from, and the model. */
export type KeptFile = 'last' | 'best';

/** What a training is watched and kept by. */
export interface JobControl {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: TrainingEvent) => void;
  /** Keeps a file, as a whole, in place of what was kept under its name. */
  readonly save: (file: KeptFile, content: Blob) => Promise<void>;
}

/** What came of a training. */
export interface JobResult {
  /** Steps finished. */
  readonly step: number;
  /** Whether it has come to its end, or stopped early for want of better validations. */
  readonly finished: boolean;
  /** Step and score of the best validation; null without cases to validate with. */
  readonly bestStep: number | null;
  readonly bestScore: number | null;
}

/** What a job comes to once its cases are read. */
interface ReadyJob {
  /** With the names of the cases' channels. */
  readonly config: MemoryConfig;
  readonly split: Split;
  readonly reader: ReadCases['reader'];
  readonly records: readonly CaseRecord[];
  readonly checkpoint: Checkpoint | undefined;
  readonly normalization: RunNormalization;
  readonly engine: BackendInfo;
}

/**
 * Trains in this thread as Node's `train` does, by the same steps: the same config, seed and cases give the
 * same numbers. What is kept of it goes to `save`.
 *
 * @throws Error naming the field of the config, the case or the file that is wrong, or why there is no
 * engine; the signal's reason, if it aborts before the first step
 */
export async function trainJob(job: TrainingJob, control: JobControl): Promise<JobResult> {
  const { signal, onEvent } = control;
  const given = validatePageConfig(job.config);
  const engine = await startEngine(job.engine, job.assets);
  signal?.throwIfAborted();
  const said = new Set<string>();
  const read = await readCases(job.cases, {
    signal,
    onRead: (done, total) => onEvent({ event: 'read', done, total }),
    onWarning: (text) => said.add(text),
  });
  const { cases, reader } = read;
  const config = withChannels(given, cases);
  const { labels } = config.data;
  const split = splitCases(
    labels === undefined ? cases : cases.map((one) => ({ ...one, labels })),
    config.data.split,
    config.seed,
  );
  const splitOf = new Map(
    Object.entries(split).flatMap(([name, some]) =>
      some.map(({ id }) => [id, name as SplitName] as const),
    ),
  );
  const records = read.records.map((one) => ({ ...one, split: splitOf.get(one.id)! }));
  refuseLeaks(records.map(({ split: part, image: digest, ...one }) => ({ ...one, part, digest })));
  const checkpoint = job.checkpoint && (await readCheckpoint(job.run, job.checkpoint));
  if (checkpoint !== undefined) checkSame(job.run, checkpoint, { config, cases: records });
  const normalization = await runNormalization(
    config.preprocessing,
    checkpoint?.normalization,
    split.training,
    reader,
  );
  const ready = { config, split, reader, records, checkpoint, normalization, engine };
  const model = buildModel(config);
  try {
    return await trainModel(model, job, ready, { ...control, said: [...said] });
  } finally {
    model.dispose();
  }
}

async function trainModel(
  model: LayersModel,
  job: TrainingJob,
  { config, split, reader, records, checkpoint, normalization, engine }: ReadyJob,
  { signal, onEvent, save, said }: JobControl & { readonly said: readonly string[] },
): Promise<JobResult> {
  const preprocessing = { ...config.preprocessing, normalization: normalization.rule };
  const { classes } = config.model;
  const megabytes = config.data.cacheMegabytes;
  const store = new CaseStore({ preprocessing, classes }, { megabytes, reader });
  const data = await prepareTraining(
    { ...config, preprocessing },
    {
      training: split.training.map((one) => store.trainingCase(one)),
      validation: split.validation.map((one) => store.trainingCase(one)),
    },
  );
  signal?.throwIfAborted();
  const { source, slices, samples, falseAlarms } = data;
  const { stepsPerEpoch } = source;
  const steps = stepsOf(config.training, stepsPerEpoch);
  const warnings = [...said, ...(store.warning === undefined ? [] : [store.warning])];
  if (checkpoint !== undefined) {
    warnings.push(
      ...checkLength(checkpoint, config, stepsPerEpoch, { run: job.run, option: 'run' }),
    );
  }
  // LossNet, whose weights are a file, was refused.
  const loss = config.training.loss as LossChoice;
  const settings = { ...config.training, loss, parts: config.training.accumulate };
  const training = createTraining(model, settings, { steps, stepsPerEpoch });
  try {
    const progress = checkpoint?.progress ?? newProgress();
    if (checkpoint?.falseAlarms !== undefined) falseAlarms?.restore(checkpoint.falseAlarms);
    if (checkpoint !== undefined) restoreCheckpoint(job.run, checkpoint, training);
    else if (job.start !== undefined) {
      const anew = await startFrom(model, job.start);
      if (anew !== undefined) warnings.push(anew);
    }
    const { step } = progress;
    onEvent({
      event: 'start',
      ...{ step, steps, stepsPerEpoch, engine, normalization },
      ...{ slices: slices.length, samples },
    });
    for (const message of warnings) onEvent({ event: 'warning', step, message });
    const keep = (file: KeptFile, content: readonly Uint8Array[]) =>
      save(file, new Blob([...content] as BlobPart[]));
    const begun = { config, cases: records, normalization: normalization.rule };
    const ended = await runSteps(
      {
        ...{ training, data, source, steps, progress, signal, settings: config.training },
        metric: config.training.validation.metric,
      },
      {
        report: async (event) => onEvent(event),
        saveWeights: async () => keep('best', await encodeTrained(model, config, preprocessing)),
        saveCheckpoint: async () => {
          const state = { ...begun, progress, falseAlarms: falseAlarms?.state() };
          await keep('last', await encodeCheckpoint(job.run, training, state));
        },
      },
    );
    onEvent({ event: 'end', step: progress.step, reason: ended ?? 'interrupted' });
    const [best] = progress.best;
    return {
      step: progress.step,
      finished: ended !== undefined,
      bestStep: best?.step ?? null,
      bestScore: best?.score ?? null,
    };
  } finally {
    training.dispose();
  }
}

/** The config with the names of the channels that its cases have, where it leaves them open. */
function withChannels(config: MemoryConfig, cases: ReadCases['cases']): MemoryConfig {
  const { preprocessing } = config;
  const channels = preprocessing.channels ?? channelsOfCases(cases, preprocessing.missing);
  if (channels === preprocessing.channels) return config;
  return validatePageConfig({ ...config, preprocessing: { ...preprocessing, channels } });
}

/** @returns what is to be said of layers that start anew */
async function startFrom(model: LayersModel, start: Blob): Promise<string | undefined> {
  const path = (start as Partial<File>).name ?? 'start';
  try {
    const tensors = readSafetensors(new Uint8Array(await start.arrayBuffer()));
    const { taken, anew } = loadFittingWeights(model, tensors);
    return anewText({ path, taken: taken.length, anew });
  } catch (cause) {
    throw new RangeError(`\`trainInWorker\`: \`start\`: ${(cause as Error).message}`, { cause });
  }
}

/** The weights that a model has now, as a file that `openSegmenter` opens. */
async function encodeTrained(
  model: LayersModel,
  { model: network, targets }: MemoryConfig,
  preprocessing: MemoryConfig['preprocessing'],
): Promise<readonly Uint8Array[]> {
  const tensors = await storedTensors(weightTensors(predictionNetwork(model)));
  const description = {
    network: predictionSettings(network),
    preprocessing,
    classes: describeClasses(Math.max(2, network.classes), targets),
  };
  return encodeModel(description, tensors).get('weights.safetensors')!;
}
