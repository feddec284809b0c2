import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { MlflowClient, type MlflowMetric, type MlflowServer } from './mlflow-client.ts';
import type { TrainEvent } from './run-log.ts';
import { scalarsOf } from './scalars.ts';

export interface MlflowLogOptions extends MlflowServer {
  /** Made where the server has none of this name. @default 'sts-net' */
  readonly experiment?: string;
  /** The name of the run. */
  readonly run: string;
  /** File that keeps the run's id on the server, so that a run that is gone on with stays one. */
  readonly file: string;
  /** What the run was made with, shown as its parameters. @default nothing */
  readonly config?: object;
  /** Called once for each time that the server fails; the training goes on. */
  readonly onWarning: (message: string) => void;
}

/** Numbers that are sent together. */
const batch = 100;
/** Numbers that wait for a server that fails, at most; the oldest are dropped. */
const most = 100_000;

/**
 * Sends the numbers of a run to an MLflow server by its REST interface. What a server that fails did
 * not take is sent later; the training never ends because of it.
 */
export function mlflowLog(options: MlflowLogOptions): (event: TrainEvent) => Promise<void> {
  const { onWarning } = options;
  const client = new MlflowClient(options);
  let run: string | undefined;
  let isResumed = false;
  let waiting: MlflowMetric[] = [];
  let isFailing = false;

  const send = async (status?: 'FINISHED' | 'KILLED'): Promise<void> => {
    try {
      run ??= await openRun(client, options, isResumed);
      await client.logMetrics(run, waiting);
      waiting = [];
      if (status !== undefined) await client.setStatus(run, status);
      isFailing = false;
    } catch (error) {
      // Said once, until it works again.
      if (!isFailing) onWarning(`${(error as Error).message}; the run goes on and tries again`);
      isFailing = true;
      waiting = waiting.slice(-most);
    }
  };

  return async (event) => {
    if (event.event === 'start') isResumed = event.step > 0;
    const timestamp = Date.now();
    for (const { tag, value } of scalarsOf(event)) {
      waiting.push({ key: tag, value: inJson(value), timestamp, step: event.step });
    }
    if (event.event === 'end') {
      const isOver = event.reason === 'finished' || event.reason === 'stopped early';
      await send(isOver ? 'FINISHED' : 'KILLED');
    } else if (event.event !== 'step' || waiting.length % batch === 0) await send();
  };
}

/** The id of the run on the server: the one that was begun there, or a new one. */
async function openRun(
  client: MlflowClient,
  { experiment = 'sts-net', run, file, config = {} }: MlflowLogOptions,
  isResumed: boolean,
): Promise<string> {
  const begun = isResumed ? await readFile(file, 'utf8').catch(() => '') : '';
  if (begun.trim() !== '') {
    await client.setStatus(begun.trim(), 'RUNNING');
    return begun.trim();
  }
  const id = await client.createRun(await client.experiment(experiment), run);
  await writeFileAtomic(file, `${id}\n`);
  await client.logParameters(id, flat(config));
  return id;
}

/** The leaves of a config by their paths, `training.batchSize`. */
function flat(value: object, prefix = ''): Record<string, string> {
  const leaves = Object.entries(value).map(([key, inner]): Record<string, string> => {
    const path = `${prefix}${key}`;
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (isObject) return flat(inner, `${path}.`);
    return inner === undefined
      ? {}
      : { [path]: Array.isArray(inner) ? JSON.stringify(inner) : String(inner) };
  });
  return Object.assign({}, ...leaves);
}

function inJson(value: number): MlflowMetric['value'] {
  return Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
}
