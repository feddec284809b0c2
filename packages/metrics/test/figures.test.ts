import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { pictures } from '../../../tools/figures/metrics.mjs';

const docs = new URL('../../../docs/', import.meta.url);

test('the pictures of docs/metrics.md are what tools/figures/metrics.mjs draws, and each is shown', () => {
  const drawn: ReadonlyMap<string, string> = pictures();
  expect(readdirSync(new URL('metrics/', docs)).sort()).toEqual([...drawn.keys()].sort());
  const page = readFileSync(new URL('metrics.md', docs), 'utf8');
  for (const [name, text] of drawn) {
    expect(readFileSync(new URL(`metrics/${name}`, docs), 'utf8') === text, name).toBe(true);
    expect(page).toContain(`](metrics/${name})`);
  }
});
