import { appendFile } from 'node:fs/promises';
import type { BackendInfo } from '@sts-net/backend';
import type { SplitName } from '@sts-net/datasets';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import type { RunNormalization, StepEvent, WarningEvent } from '@sts-net/experiment';
import type { Progress, SizeCount } from '@sts-net/training';
import { readRecords } from '../records/read-record.ts';
import { logLineSchema } from './log-schema.ts';

/** A run's progress as far as its log goes by it. */
type RunPoint = Pick<Progress, 'step' | 'owesValidation'>;

/**
 * The log of a run: one JSON object a line. On resuming, lines of what is after the checkpoint, which
 * will be run again, are cut off.
 */
export class RunLog {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @param progress where the run goes on from */
  static async open(path: string, { step, owesValidation }: RunPoint): Promise<RunLog> {
    const isAgain = (event: TrainEvent) =>
      event.step > step || (owesValidation && event.event === 'validation' && event.step === step);
    const lines = step === 0 ? [] : (await readLog(path)).filter((event) => !isAgain(event));
    await writeFileAtomic(path, lines.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return new RunLog(path);
  }

  async append(event: TrainEvent): Promise<void> {
    const line = JSON.stringify({ ...event, time: new Date().toISOString() });
    try {
      await appendFile(this.#path, `${line}\n`);
    } catch (cause) {
      throw fileError(this.#path, 'write', cause);
    }
  }
}

/**
 * The events of a log; a last line that was cut off by a kill is left out.
 *
 * @throws RangeError naming file and line, if it is damaged
 */
export async function readLog(path: string): Promise<readonly TrainEvent[]> {
  const lines = await readRecords(path, 'an event of a run', logLineSchema);
  return (lines ?? []) as unknown as readonly TrainEvent[];
}

/** Which weights of one's own a network started from. */
export interface StartedFrom {
  /** Of the file, absolute. */
  readonly path: string;
  /** Of the file's content. */
  readonly sha256: string;
  /** How many layers took their weights from it. */
  readonly taken: number;
  /** Layers that started anew: the file has another shape for one of their weights, or none. */
  readonly anew: readonly string[];
}

/** What a training reports while it runs, and what the lines of `log.jsonl` hold. */
export type TrainEvent =
  | {
      readonly event: 'start';
      /** Steps finished before: more than 0 when resumed. */
      readonly step: number;
      /** Steps of the whole training. */
      readonly steps: number;
      readonly stepsPerEpoch: number;
      readonly backend: BackendInfo;
      /** The rule by which intensities become network input, and why it is this one. */
      readonly normalization: RunNormalization;
      /** Ids of the cases. */
      readonly cases: Readonly<Record<SplitName, readonly string[]>>;
      /** Training samples, without and with amplified copies. */
      readonly slices: number;
      readonly samples: number;
      /** Lesions in the training slices, by their pixels there. */
      readonly lesions: readonly SizeCount[];
      /** Where the network started from weights of one's own. */
      readonly pretrained?: StartedFrom;
    }
  | StepEvent
  | WarningEvent
  | {
      readonly event: 'end';
      readonly step: number;
      /** `stopped` by a callback. */
      readonly reason: 'finished' | 'stopped early' | 'stopped' | 'interrupted';
      /** How often lesions of each size, in pixels of their slice, were in a batch of the whole run. */
      readonly seen: readonly SizeCount[];
      /** Samples of the whole run that were drawn for a false alarm in them. */
      readonly hardNegatives?: number;
    };
