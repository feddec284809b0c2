import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { blocksOf, pages, root } from './pages.ts';

// Every ```ts block of every README, page and guide runs as it stands, alone in a process of its own, as who
// copies it runs it, and prints what it says that it prints.

const sources = ['--import', join(root, 'tools/workers/sources.mjs')];
mkdirSync(join(root, 'tools/readme/blocks'), { recursive: true });
// Inside the repository, so that its packages are found.
const scratch = mkdtempSync(join(root, 'tools/readme/blocks/run-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const blocks = pages.flatMap((page) =>
  blocksOf(page, 'ts').map((code, i) => ({ title: `${page}, block ${i + 1}`, code })),
);

test('the READMEs have examples', () => {
  expect(blocks.length).toBeGreaterThan(0);
});

test.concurrent.each(blocks)('$title runs', async ({ title, code }) => {
  const folder = join(scratch, title.replace(/\W+/g, '-'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'block.ts'), code);
  const block = pathToFileURL(join(folder, 'block.ts')).href;
  const program = ['--input-type=module', '-e', `await import(${JSON.stringify(block)})`];
  const run = promisify(execFile)(process.execPath, [...sources, ...program], { cwd: folder });
  const printed = (await run).stdout.split('\n');
  // What a block says that a line prints is printed, in that order.
  for (const [, said] of code.matchAll(/^ *console\.log\(.*\); \/\/ (.+)$/gm)) {
    expect(printed).toContain(said);
    printed.splice(0, printed.indexOf(said!) + 1);
  }
});

// The commands of pages that bring their data run too, one after the other in a folder of their own, but for those
// in blocks that are called `sh dry`. Of pages that are read after one another, a command that stands on both runs once.
const readings = [
  ['docs/start.md', 'docs/guides/operating-point.md', 'docs/guides/scoring.md'],
  ['docs/guides/training.md'],
].map((pages) => ({ pages, name: pages.join(' and ') }));

test.each(readings)('the commands of $name run', { timeout: 900_000 }, async ({ pages, name }) => {
  const blocks = new Set(pages.flatMap((page) => blocksOf(page, 'sh')));
  const commands = [...blocks].join('');
  for (const page of pages) expect(blocksOf(page, 'sh').join('')).toContain('npx sts-net ');
  const folder = join(scratch, name.replace(/\W+/g, '-'));
  mkdirSync(folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const program = [process.execPath, ...sources, join(root, 'packages/sts-net/src/cli.ts')];
  const quoted = program.map((part) => `'${part}'`).join(' ');
  // The demo would train for a minute.
  const short = commands.replace(/^npx sts-net demo /m, '$&--steps 4 ');
  const script = `set -e\nnpx() { shift; ${quoted} "$@"; }\n${short}`;
  await promisify(execFile)('bash', ['-c', script], { cwd: folder });
});
