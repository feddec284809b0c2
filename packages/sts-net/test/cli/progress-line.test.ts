import { beforeEach, describe, expect, test, vi } from 'vitest';
import { progressLine } from '../../src/cli/progress-line.ts';
import { cli } from './run.ts';

function stream(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, isTTY, columns, write };
}

beforeEach(() => {
  vi.stubEnv('STS_NET_PROGRESS', '');
});

test.each([true, false])('where it is to be quiet it is; a terminal: %s', (isTTY) => {
  vi.stubEnv('STS_NET_PROGRESS', 'none');
  const { written, ...own } = stream(isTTY);
  let time = 0;
  const line = progressLine(own, () => (time += 100_000));
  line.show('case 1');
  line.clear();
  expect(written).toEqual([]);
});

test('on a terminal one line is written over', () => {
  const { written, ...own } = stream(true, 9);
  const line = progressLine(own);
  line.show('case 1/20: a long name');
  line.clear();
  expect(written).toEqual(['\r\u001b[2Kcase 1/2', '\r\u001b[2K']);
});

test('a bar, what is done and the time left, by how fast it went', () => {
  const { written, ...own } = stream(true);
  let time = 0;
  const line = progressLine(own, () => time);
  line.show('image a', 0, 20);
  time = 30_000;
  line.show('image b', 5, 20);
  time = 31_000;
  // Another piece of work, of which nothing is known yet.
  line.show('slices', 1, 8);
  const texts = written.map((text) => text.slice('\r\u001b[2K'.length));
  expect(texts).toEqual([
    '[----------] 0/20, image a',
    '[###-------] 5/20, image b, 90 s left',
    '[#---------] 1/8, slices',
  ]);
});

test('without a terminal a line a minute says how far the work is', () => {
  const { written, ...own } = stream(false);
  let time = 5_000;
  const line = progressLine(own, () => time);
  for (let second = 0; second < 150; second++) {
    line.show(`case ${second}`, second, 200);
    time += 1_000;
  }
  line.clear();
  expect(written).toEqual(['60/200, case 60, 2 min 20 s left\n', '120/200, case 120, 80 s left\n']);
});

test('as JSON, a line a second', () => {
  vi.stubEnv('STS_NET_PROGRESS', 'json');
  const { written, ...own } = stream(true);
  let time = 0;
  const line = progressLine(own, () => time);
  for (let step = 0; step < 25; step++) {
    line.show(`loss ${step}`, step, 30);
    time += 100;
  }
  line.clear();
  expect(written.map((text) => JSON.parse(text))).toEqual([
    { progress: 'loss 0', done: 0, total: 30 },
    { progress: 'loss 10', done: 10, total: 30, secondsLeft: 2 },
    { progress: 'loss 20', done: 20, total: 30, secondsLeft: 1 },
  ]);
});

describe('--progress', () => {
  test('json makes lines of JSON of all that is said, errors too', async () => {
    const { code, stderr } = await cli('plan', 'nowhere.jsonl', '--progress', 'json');
    expect(code).toBe(65);
    expect(JSON.parse(stderr)).toEqual({ error: expect.stringContaining("'nowhere.jsonl'") });
  });

  test('is of the words that there are, in the environment too', async () => {
    const { code, stderr } = await cli('doctor', '--progress', 'often');
    expect(code).toBe(2);
    expect(stderr).toContain('auto, json, none');
    vi.stubEnv('STS_NET_PROGRESS', 'loud');
    const other = await cli('doctor');
    expect(other.stderr).toContain('STS_NET_PROGRESS');
    expect(other.code).toBe(2);
  });
});
