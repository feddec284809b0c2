import { countSizes, type SizeCount } from '@sts-net/training';
import { readLog } from '../loggers/run-log.ts';
import type { RunFolder } from './run-folder.ts';

/** How often lesions of each size, and false alarms, were in a batch since the run began. */
export async function seenIn({ log }: RunFolder): Promise<{
  readonly seen: readonly SizeCount[];
  readonly hardNegatives?: number;
}> {
  const steps = (await readLog(log)).filter((event) => event.event === 'step');
  const negatives = steps.flatMap(({ hardNegatives = [] }) => hardNegatives);
  return {
    seen: countSizes(steps.flatMap(({ lesions = [] }) => lesions)),
    ...(negatives.length > 0 && { hardNegatives: negatives.reduce((a, b) => a + b) }),
  };
}
