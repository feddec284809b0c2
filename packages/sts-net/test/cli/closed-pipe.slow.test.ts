import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test('whoever reads may stop before the end, as `head` does', async () => {
  const sources = path('../../../../tools/workers/sources.mjs');
  const command = ['--import', sources, path('../../src/cli.ts'), '--help'];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((done) => child.on('close', done));
  expect({ code, said }).toEqual({ code: 0, said: '' });
});
