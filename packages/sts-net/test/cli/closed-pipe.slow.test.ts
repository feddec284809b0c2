import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const sources = path('../../../../tools/workers/sources.mjs');
const help = ['--import', sources, path('../../src/cli.ts'), '--help'];

test('whoever reads may stop before the end, as `head` does', async () => {
  const child = spawn(process.execPath, help, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((done) => child.on('close', done));
  expect({ code, said }).toEqual({ code: 0, said: '' });
});

// Only Linux has a disk that is always full.
test.runIf(existsSync('/dev/full'))('a full disk for the results is said in one line', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, help, { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  expect({ status, said: String(stderr) }).toEqual({
    status: 1,
    said: expect.stringMatching(/^sts-net: cannot write to the standard output: ENOSPC.*\n$/),
  });
});
