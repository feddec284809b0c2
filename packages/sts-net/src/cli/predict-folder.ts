import type { SplitName } from '@sts-net/datasets';
import { folderTasks, manifestTasks } from '../prediction/find-inputs.ts';
import { type PredictedCounts, predictMany } from '../prediction/predict-many.ts';
import { ofShard, type Shard, shardOfEnvironment } from '../prediction/shard.ts';
import { interruptible } from './interruption.ts';
import type { KeptArguments } from './kept-arguments.ts';
import type { OpenForCli } from './prediction-arguments.ts';
import { progressLine } from './progress-line.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

/** Which images `predict` takes, and where their predictions go. */
export interface FolderArguments extends KeptArguments {
  readonly manifest?: string;
  readonly folder?: string;
  readonly split?: SplitName;
  readonly shard?: Shard;
  readonly shards?: number;
  readonly output: string;
}

/** Reads `--shard`. */
export function shardArgument(text: string): Shard {
  const [, index, count] = /^(\d+)\/([1-9]\d*)$/.exec(text) ?? [];
  if (index !== undefined && Number(index) < Number(count)) {
    return { index: Number(index), count: Number(count) };
  }
  throw new UsageError(
    `--shard must be the number of a part, from 0, and how many there are, as 0/4, got '${text}'`,
  );
}

/** Predicts all images of a manifest or folder, or this process's part of them. */
export async function predictFolder(
  { manifest, folder, split, shard, shards, output, ...kept }: FolderArguments,
  open: () => Promise<OpenForCli>,
): Promise<void> {
  if (split !== undefined && manifest === undefined) {
    throw new UsageError('--split must be given with --manifest');
  }
  const part = shard ?? partOfEnvironment(shards);
  const line = progressLine();
  const reading = { onWarning: warnOnce(line) };
  const all =
    manifest === undefined
      ? await folderTasks(folder!, reading)
      : await manifestTasks(manifest, split, reading);
  const tasks = part === undefined ? all : ofShard(all, part);
  const opened = await open();
  let counts: PredictedCounts;
  try {
    counts = await interruptible(
      'what is predicted stays; run the command again to go on',
      (signal) =>
        predictMany(opened, tasks, {
          ...{ output, decision: opened.decision, signal },
          ...kept,
          ...reading,
          onProgress: ({ done, skipped, failed }, total) =>
            line.show('images', done + skipped + failed, total),
        }),
    );
  } finally {
    line.clear();
    opened.dispose();
  }
  const { done, skipped, failed } = counts;
  const parts = [
    `${done} predicted`,
    ...(skipped > 0 ? [`${skipped} there already`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  process.stdout.write(`${output}: ${parts.join(', ')}\n`);
  if (failed === 0) return;
  throw new RangeError(
    `${failed} of ${tasks.length} images could not be predicted; see '${output}/failures.jsonl'`,
  );
}

/** @throws UsageError where the environment's part is none */
function partOfEnvironment(shards: number | undefined): Shard | undefined {
  try {
    return shardOfEnvironment(process.env, shards);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}
