import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { appendTo } from '../prediction/append-to.ts';
import { JobQueue } from '../serving/job-queue.ts';
import { servePredictions } from '../serving/serve-predictions.ts';
import { watchFolder } from '../serving/watch-folder.ts';
import { count, number, portNumber } from './arguments.ts';
import { aborted, interruptible } from './interruption.ts';
import { type KeptArguments, keptOptions } from './kept-arguments.ts';
import { type OpenForCli, openForCli, predictionOptions } from './prediction-arguments.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

/** What runs when it is told to stop may take so long, in ms; schedulers kill after 30 s. */
const grace = 20_000;
const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** What `serve` is told beside how to predict. */
interface ServeArguments {
  readonly port?: number;
  readonly host?: string;
  readonly queue?: number;
  readonly limit?: number;
  readonly audit?: string;
  readonly watch?: string;
  readonly output?: string;
  readonly settle?: number;
}

export function serveCommand(): CommandUnknownOpts {
  const command = new Command('serve')
    .argument(
      '<models...>',
      'folder of a run, a file of weights or an .onnx file; several to average them',
    )
    .option('--port <n>', 'to listen on; else 8080, 0 for any that is free', portNumber)
    .option('--host <address>', 'to listen on; else 127.0.0.1, which this machine alone reaches')
    .option(
      '--queue <n>',
      'how many requests may wait, each with its image in memory; else 4',
      number('queue', 'a whole number from 0 on', (n) => Number.isSafeInteger(n) && n >= 0),
    )
    .option('--limit <MiB>', 'on a request; else 1024', count('limit'))
    .option(
      '--audit <file>',
      'a line for each result is appended to it; else to the standard output, of --watch to audit.jsonl in --output',
    )
    .option('--watch <folder>', 'predict the images that appear there, too')
    .option('--output <folder>', 'where the predictions of --watch go')
    .option(
      '--settle <seconds>',
      'how long files must have been quiet to be whole; else 5',
      number('settle', 'a number from 0 on', (seconds) => seconds >= 0),
    );
  const keeping = keptOptions(command);
  const predicting = predictionOptions(command);
  return command.action(async (model, options) => {
    const kept = keeping();
    checkWatching(options, kept);
    // Before weights are loaded for nothing.
    if (options.audit !== undefined) await appendTo(options.audit)('');
    const opened = await openForCli({ ...predicting(), model });
    try {
      const remedy = 'what ran is finished, what waited refused; start it again, and it goes on';
      await interruptible(remedy, (signal) => serve(opened, options, kept, signal));
    } finally {
      opened.dispose();
    }
  });
}

function checkWatching({ watch, output, settle }: ServeArguments, kept: KeptArguments): void {
  if (watch !== undefined && output === undefined) {
    throw new UsageError('--watch must be given with --output, where the predictions go');
  }
  const forWatching = [output, settle, ...Object.values(kept)];
  if (watch === undefined && forWatching.some((value) => value !== undefined)) {
    throw new UsageError(
      '--output, --settle, --format, --probabilities and --uncertainty are for --watch',
    );
  }
}

/** Serves until the signal aborts, and throws its reason. */
async function serve(
  opened: OpenForCli,
  options: ServeArguments,
  kept: KeptArguments,
  signal: AbortSignal,
): Promise<void> {
  const { port = 8080, host = '127.0.0.1', limit = 1024, watch, output } = options;
  const { decision } = opened;
  const queue = new JobQueue(options.queue ?? 4);
  const file = options.audit ?? (output && join(output, 'audit.jsonl'));
  const audit =
    file === undefined ? async (line: string) => void process.stdout.write(line) : appendTo(file);
  const server = await servePredictions(opened, {
    ...{ port, host, decision, queue, limit: limit * 2 ** 20, audit },
    onError: (error) => say(`error: ${error instanceof Error ? error.message : error}`),
  });
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const breakOff = new AbortController();
  const watching =
    watch !== undefined &&
    output !== undefined &&
    watchFolder(opened, {
      ...{ folder: watch, output, queue, decision, audit, signal: stop, breakOff: breakOff.signal },
      ...(options.settle !== undefined && { settle: options.settle }),
      ...kept,
      onResult: (id, { done, skipped }) =>
        say(
          `${id}: ${done > 0 ? 'predicted' : skipped > 0 ? 'there already' : `failed; see ${join(output, 'failures.jsonl')}`}`,
        ),
      onWarning: warnOnce(),
    }).catch((error: unknown) => failed.abort(error));
  if (!loopback.test(host)) {
    say(`warning: whoever reaches ${host} can send images and is not asked who they are`);
  }
  say(`listening on ${server.url}${watch === undefined ? '' : `, watching ${watch}`}`);
  await aborted(stop);
  const timer = setTimeout(() => breakOff.abort(signal.reason), grace);
  await Promise.all([server.close(grace), watching]);
  clearTimeout(timer);
  stop.throwIfAborted();
}

/** The output is for results alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
