import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { pairRatio } from './ratios.mjs';

/** Runs a script that may use `compare` and `python`; where it prints `result: …`, that is parsed. */
function run(body: string) {
  const script = join(mkdtempSync(join(tmpdir(), 'compare-')), 'script.mjs');
  const from = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const head = `import { compare } from ${from('compare.mjs')};
import { python } from ${from('process.mjs')};
const write = (name, text) => console.log('result: ' + JSON.stringify(JSON.parse(text)));
`;
  writeFileSync(script, head + body);
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  const result = /^result: (.*)$/m.exec(stdout)?.[1];
  return { stdout, stderr, result: result === undefined ? undefined : JSON.parse(result) };
}

test('the ratio is the median of pairs, not the ratio of medians', () => {
  // By hand: ratios 0.5, 2, 1, 4, 0.25; sorted 0.25, 0.5, 1, 2, 4.
  expect(pairRatio([1, 2, 3, 4, 5], [2, 1, 3, 1, 20])).toEqual({ ratio: 1, low: 0.5, high: 2 });
});

test('the first tool is compared with each that does the same task, in as many rounds as asked for', () => {
  const { result } = run(`
const wait = () => new Promise((done) => setTimeout(done, 60));
const counted = { a: 0, b: 0 };
await compare({
  name: 'test', rounds: 3, clock: 'wall', write,
  processes: {
    own: () => ({ versions: { own: '1' }, tools: { own: { a: wait, alone: wait, b: wait } } }),
    others: () => ({
      versions: { others: '2' },
      tools: { first: { a: wait, unknown: wait }, second: { a: wait, b: wait } },
    }),
  },
});`);
  const pairs = result.results.map(({ task, tool, peer }: Record<string, string>) => [
    task,
    tool,
    peer,
  ]);
  expect(pairs).toEqual([
    ['a', 'own', 'first'],
    ['a', 'own', 'second'],
    ['b', 'own', 'second'],
  ]);
  expect(result.versions).toMatchObject({ own: '1', others: '2' });
  expect(result.rounds).toBe(3);
});

test('a process that cannot start, or ends early, is named', () => {
  const { stderr, result } = run(`
await compare({ name: 'test', write, processes: {
  own: () => ({ versions: {}, tools: { own: { a() {} } } }),
  broken: () => { throw new Error('no such library'); },
} });`);
  expect(stderr).toContain('no such library');
  expect(stderr).toMatch(/broken .* ended before it answered/);
  expect(result).toBeUndefined();
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
test.skipIf(!hasPython)('a tool in Python takes the same turns', () => {
  const script = join(mkdtempSync(join(tmpdir(), 'compare-')), 'tool.py');
  writeFileSync(
    script,
    'import time\nfrom serve import serve\nserve({"peer": "3"}, {"peer": {"a": lambda: time.sleep(0.06)}})\n',
  );
  const { stderr, result } = run(`
const wait = () => new Promise((done) => setTimeout(done, 60));
await compare({ name: 'test', rounds: 1, clock: 'wall', write, processes: {
  own: () => ({ versions: {}, tools: { own: { a: wait } } }),
  peer: python(${JSON.stringify(script)}),
} });`);
  expect(stderr).toBe('');
  expect(result.versions.peer).toBe('3');
  expect(result.results).toHaveLength(1);
});
