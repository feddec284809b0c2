import { expect, test } from 'vitest';
import { timeText } from '../../src/cli/time-text.ts';

test.each([
  [0.4, '0 s'],
  [99, '99 s'],
  [110, '2 min'],
  [5900, '98 min'],
  [12_600, '3 h 30 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(timeText(seconds)).toBe(text);
});
