import { beforeEach, expect, test, vi } from 'vitest';
import { progressLine } from '../../src/cli/progress-line.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, isTTY, columns: 9, write };
}

beforeEach(() => {
  vi.stubEnv('STS_NET_QUIET', '');
});

test.each([true, false])('where it is to be quiet it is; a terminal: %s', (isTTY) => {
  vi.stubEnv('STS_NET_QUIET', '1');
  const { written, ...own } = stream(isTTY);
  let time = 0;
  const line = progressLine(own, () => (time += 100_000));
  line.show('case 1');
  line.clear();
  expect(written).toEqual([]);
});

test('on a terminal one line is written over', () => {
  const { written, ...own } = stream(true);
  const line = progressLine(own);
  line.show('case 1/20: a long name');
  line.clear();
  expect(written).toEqual(['\r\u001b[2Kcase 1/2', '\r\u001b[2K']);
});

test('without one a line a minute says how far the work is', () => {
  const { written, ...own } = stream(false);
  let time = 5_000;
  const line = progressLine(own, () => time);
  for (let second = 0; second < 150; second++) {
    line.show(`case ${second}`);
    time += 1_000;
  }
  line.clear();
  expect(written).toEqual(['case 60\n', 'case 120\n']);
});
