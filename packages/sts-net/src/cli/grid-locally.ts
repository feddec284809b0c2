import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Grid, GridRun } from '../grid/grid-folder.ts';
import { gridStatus } from '../grid/grid-status.ts';

/** A run of which a process has something to say. */
export interface LocalRun {
  readonly run: GridRun;
  /** `saved` is one that was stopped, or that another process is at. */
  readonly state: 'running' | 'done' | 'saved' | 'failed';
  /** What it does, or the last line that it wrote to stderr. */
  readonly said: string;
}

export interface RunLocallyOptions {
  /** Processes at a time. */
  readonly processes: number;
  /** Called whenever a run begins, says something or ends. */
  readonly onChange?: (run: LocalRun) => void;
  /** Stops: the processes save and end, and no other begins. */
  readonly signal?: AbortSignal;
}

export interface LocalCounts {
  readonly done: number;
  readonly failed: number;
  /** Stopped, or another process is at them. */
  readonly left: number;
}

/**
 * Does the runs of a grid that are not over, each in a process of its own, some at a time. One that fails does
 * not keep the others from going on. They divide the processor's threads among them, unless `STS_NET_THREADS`
 * says how many each has.
 */
export async function runLocally(
  grid: Grid,
  { processes, onChange, signal }: RunLocallyOptions,
): Promise<LocalCounts> {
  const { runs } = await gridStatus(grid);
  const todo = runs.filter(({ state }) => state !== 'done').map(({ run }) => run);
  const counts = { done: runs.length - todo.length, failed: 0 };
  const shares = process.env.STS_NET_THREADS ? {} : sharesOf(processes);
  const work = async (): Promise<void> => {
    for (let run = todo.shift(); run !== undefined && !signal?.aborted; run = todo.shift()) {
      const end = await doRun(grid, run, { ...process.env, ...shares }, onChange, signal);
      if (end !== 'saved') counts[end]++;
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return { ...counts, left: grid.runs.length - counts.done - counts.failed };
}

function sharesOf(processes: number): NodeJS.ProcessEnv {
  const threads = Math.max(1, Math.floor(availableParallelism() / processes));
  return processes === 1 ? {} : { STS_NET_THREADS: String(threads) };
}

const command = fileURLToPath(new URL('../cli.js', import.meta.url));

/** @returns how it ended */
function doRun(
  grid: Grid,
  run: GridRun,
  env: NodeJS.ProcessEnv,
  onChange: RunLocallyOptions['onChange'],
  signal: AbortSignal | undefined,
): Promise<Exclude<LocalRun['state'], 'running'>> {
  return new Promise((done) => {
    const args = ['grid', 'run', grid.folder, '--index', String(run.index)];
    // In a group of its own, so that an interrupt on the terminal does not reach it twice.
    const child: ChildProcess = spawn(process.execPath, [command, ...args], {
      // How far it is comes as messages, and what it says last is why it failed.
      env: { ...env, STS_NET_PROGRESS: 'none' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    let said = '';
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop);
    onChange?.({ run, state: 'running', said });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const last = text.trim().split('\n').at(-1);
      if (last !== undefined && last !== '') said = last;
    });
    const end = (code: number): void => {
      signal?.removeEventListener('abort', stop);
      const state = code === 0 ? 'done' : code === 75 || signal?.aborted ? 'saved' : 'failed';
      onChange?.({ run, state, said });
      done(state);
    };
    child.on('message', (text) => {
      said = String(text);
      onChange?.({ run, state: 'running', said });
    });
    child.on('error', (error) => {
      said = error.message;
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
