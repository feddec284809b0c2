import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

/** A process of Python: a script of `bench/`, run by the Python that `PYTHON` names. */
export const python = (script, ...args) => ({ python: script, args });

/**
 * Starts a process that answers lines of JSON with lines of JSON: first says its versions and which tools do
 * which tasks, then does a task as often as it is told to and says what a call took.
 */
export async function openProcess(name, kind, env) {
  const command =
    kind.python === undefined
      ? [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
      : [process.env.PYTHON ?? 'python3', resolve(bench, kind.python)];
  const child = spawn(command[0], [...command.slice(1), ...(kind.args ?? [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...env,
      BENCH_PROCESS: name,
      PYTHONPATH: join(bench, 'harness'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const failed = new Promise((_, reject) => child.on('error', reject));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${name} (${command.join(' ')}) ended before it answered`);
    return JSON.parse(value);
  };
  const { versions, tools } = await next();
  return {
    versions,
    tools: Object.entries(tools).map(([tool, tasks]) => ({
      name: tool,
      tasks,
      turn: (task, calls) => {
        child.stdin.write(`${JSON.stringify({ tool, task, calls })}\n`);
        return next();
      },
    })),
    close: () => child.stdin.end(),
  };
}
