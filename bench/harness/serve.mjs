import { createInterface } from 'node:readline';

/**
 * Does tasks as standard input asks for them; serve.py does the same in Python.
 *
 * @param start returns `{ versions, tools }`: versions by name, and tools, tasks of a tool and what does a
 *   task (a function, which may be asynchronous) by name
 */
export async function serve(start) {
  const { versions, tools } = await start();
  const names = Object.entries(tools).map(([tool, tasks]) => [tool, Object.keys(tasks)]);
  say({ versions, tools: Object.fromEntries(names) });
  for await (const line of createInterface({ input: process.stdin })) {
    const { tool, task, calls } = JSON.parse(line);
    const call = tools[tool][task];
    const used = process.cpuUsage();
    const begin = performance.now();
    for (let i = 0; i < calls; i++) await call();
    const wall = (performance.now() - begin) / 1e3 / calls;
    const { user, system } = process.cpuUsage(used);
    say({ wall, processor: (user + system) / 1e6 / calls });
  }
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
