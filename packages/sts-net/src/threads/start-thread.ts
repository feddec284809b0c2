import { extname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread.
 *
 * @param name of the file that it runs, without its ending: `.ts` in the sources, `.js` as published
 * @param beside address of the module that the file lies beside
 */
export function startThread(name: string, beside: string, options: WorkerOptions): Worker {
  const file = new URL(`./${name}${extname(beside)}`, beside);
  return new Worker(file, { ...options, execArgv: nodeOptions() });
}

const inputType = /^-{2}input-type/;

/** Those of this process, but for what says how code on the command line is read: a thread has a file. */
function nodeOptions(): string[] {
  const { execArgv } = process;
  return execArgv.filter(
    (option, i) => !inputType.test(option) && !/input-type$/.test(execArgv[i - 1] ?? ''),
  );
}
