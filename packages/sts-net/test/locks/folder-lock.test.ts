import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { LockedError, lockFolder } from '../../src/locks/folder-lock.ts';

const source = fileURLToPath(new URL('../../src/locks/folder-lock.ts', import.meta.url));

/** What a process of another kind would have left. */
function left(folder: string, changes: object): void {
  const own = { host: hostname(), process: 1, time: 'T', processSpace: '', started: '', serial: 0 };
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...own, ...changes }));
}

test('one holds the folder, the next is told who; released, it is free and empty', async () => {
  const folder = join(temporaryFolder(), 'new');
  const lock = await lockFolder(folder);
  const refused = lockFolder(folder);
  await expect(refused).rejects.toThrow(LockedError);
  await expect(refused).rejects.toThrow(
    new RegExp(
      `in use by process ${process.pid} on ${hostname()} since 20\\d\\d-.*delete '.*lock'`,
    ),
  );
  await lock.check();
  await lock.release();
  // It was made for the lock alone.
  expect(existsSync(folder)).toBe(false);
  mkdirSync(folder);
  await (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock whose process is gone is taken over with a word', async () => {
  const folder = temporaryFolder();
  const child = spawnSync(process.execPath, ['-e', '']);
  const space = readSpace();
  left(folder, { process: child.pid, processSpace: space });
  const said: string[] = [];
  const lock = await lockFolder(folder, (message) => said.push(message));
  expect(said).toEqual([
    `'${folder}' was left by process ${child.pid} on ${hostname()} since T, which is gone; it is taken over`,
  ]);
  await lock.release();
  // A process of the same number that began at another time is another one.
  left(folder, { process: process.ppid, processSpace: space, started: '1' });
  if (process.platform === 'linux') await (await lockFolder(folder)).release();
});

test('a lock of another host is taken over after five silent minutes, not before', async () => {
  const folder = temporaryFolder();
  const age = (seconds: number) => {
    left(folder, { host: 'elsewhere' });
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(folder, 'lock'), then, then);
  };
  age(290);
  await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere');
  age(310);
  await (await lockFolder(folder)).release();
  // Half written: there is no telling whose.
  writeFileSync(join(folder, 'lock'), '{"ho');
  await expect(lockFolder(folder)).rejects.toThrow('in use by another process');
});

test('who was taken over notices, and leaves the other’s lock alone', async () => {
  const folder = temporaryFolder();
  const lock = await lockFolder(folder);
  left(folder, { host: 'elsewhere' });
  await expect(lock.check()).rejects.toThrow('process 1 on elsewhere');
  await lock.release();
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toContain('elsewhere');
});

test('of twenty that want the folder of a dead one at once, exactly one gets it', async () => {
  const folder = temporaryFolder();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  left(folder, { process: dead, processSpace: readSpace() });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  const locks = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(locks).toHaveLength(1);
  await locks[0]!.check();
  await locks[0]!.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a killed process’s folder is free at once, a living one’s is not', async () => {
  const folder = temporaryFolder();
  const outfile = join(temporaryFolder(), 'hold.mjs');
  const contents = `import { lockFolder } from ${JSON.stringify(source)};
    await lockFolder(${JSON.stringify(folder)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const options = { bundle: true, platform: 'node', format: 'esm' } as const;
  buildSync({ stdin: { contents, resolveDir: dirname(source) }, outfile, ...options });
  const child = spawn(process.execPath, [outfile]);
  try {
    await once(child.stdout, 'data');
    await expect(lockFolder(folder)).rejects.toThrow(`process ${child.pid}`);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await (await lockFolder(folder)).release();
});

function readSpace(): string {
  const probe = spawnSync('readlink', ['/proc/self/ns/pid'], { encoding: 'utf8' });
  return probe.stdout.trim();
}
