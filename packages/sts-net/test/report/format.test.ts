import { expect, test } from 'vitest';
import { durationText } from '../../src/report/format.ts';

test.each([
  [0.4, '0 s'],
  [99.4, '99 s'],
  [99.6, '1 min 40 s'],
  [119.7, '2 min 0 s'],
  [245, '4 min 5 s'],
  [600, '10 min'],
  [5900, '98 min'],
  [12_600, '3 h 30 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
