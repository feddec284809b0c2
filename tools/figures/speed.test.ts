import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { drawRatios, readResults, withTables } from './speed.mjs';

const docs = new URL('../../docs/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, docs), 'utf8');

test('docs/speed.md and its picture show the results that are kept', () => {
  const results = readResults();
  expect(results.size).toBeGreaterThan(0);
  expect(read('speed/ratios.svg') === drawRatios(results)).toBe(true);
  expect(withTables(read('speed.md'), results)).toBe(read('speed.md'));
  expect(read('speed.md')).toContain('](speed/ratios.svg)');
});

test('a comparison without a place in the page is refused', () => {
  expect(() => withTables('', readResults())).toThrow('must hold <!-- ');
});
