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
  const hasInputType = process.execArgv.some((option) => inputType.test(option));
  return new Worker(file, { ...options, ...(hasInputType && { execArgv: loadingOptions() }) });
}

const inputType = /^-{2}input-type/;

/** Options whose value follows, after an equals sign or as the next one. */
const loading = /^(-r|-C|--(require|import|conditions|loader|experimental-loader))(=|$)/;

/**
 * Of the options of this process, which a thread takes over, those that say how modules are found: how code on the
 * command line is read is not for a thread, which has a file, and options of V8 cannot be given to it.
 */
function loadingOptions(): string[] {
  const { execArgv } = process;
  const hasValue = (i: number) => loading.test(execArgv[i] ?? '') && !execArgv[i]!.includes('=');
  return execArgv.filter((option, i) => loading.test(option) || hasValue(i - 1));
}
