import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileError } from '@sts-net/datasets/files';
import { type BoardEvent, eventRecord } from './event-file.ts';
import type { TrainEvent } from './run-log.ts';
import { scalarsOf } from './scalars.ts';

/**
 * Writes the numbers of a run as TensorBoard reads them. Each start makes a file of its own, which
 * takes the steps of earlier files back that are run again.
 *
 * @param folder what `tensorboard --logdir` is given; made if missing
 * @throws Error naming the file, if it cannot be written.
 */
export function tensorboardLog(folder: string): (event: TrainEvent) => Promise<void> {
  let path = '';
  const write = async (...events: readonly Omit<BoardEvent, 'wallTime'>[]): Promise<void> => {
    const wallTime = Date.now() / 1000;
    const records = events.map((event) => eventRecord({ wallTime, ...event }));
    try {
      await appendFile(path, Buffer.concat(records));
    } catch (cause) {
      throw fileError(path, 'write', cause);
    }
  };
  return async (event) => {
    if (event.event === 'start') {
      path = join(folder, fileName(event.step));
      try {
        await mkdir(folder, { recursive: true });
      } catch (cause) {
        throw fileError(folder, 'make the folder', cause);
      }
      await write({ fileVersion: 'brain.Event:2' }, { step: event.step + 1, isStart: true });
      return;
    }
    const scalars = scalarsOf(event);
    if (scalars.length > 0) await write({ step: event.step, scalars });
  };
}

/** A name that sorts by time, as TensorBoard wants to read them. */
function fileName(step: number): string {
  const seconds = Math.floor(Date.now() / 1000);
  return `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${step}`;
}
