import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

// Every ```ts block of every README runs as it stands, as a module of its own.

const root = fileURLToPath(new URL('../..', import.meta.url));
mkdirSync(join(root, 'tools/readme/blocks'), { recursive: true });
const scratch = mkdtempSync(join(root, 'tools/readme/blocks/run-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const readmes = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((folder) => `packages/${folder}/README.md`),
];

const blocks = readmes.flatMap((readme) =>
  [...readFileSync(join(root, readme), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
    ([, code], i) => ({ title: `${readme}, block ${i + 1}`, code: code! }),
  ),
);

test('the READMEs have examples', () => {
  expect(blocks.length).toBeGreaterThan(0);
});

test.each(blocks)('$title runs', async ({ title, code }) => {
  const file = join(scratch, title.replace(/\W+/g, '-'), 'block.ts');
  mkdirSync(dirname(file));
  writeFileSync(file, code);
  await import(file);
});
