import { expect, it } from 'vitest';
import { withoutNames } from '../../src/prediction/without-names.ts';

const paths = [
  '/in/Doe Jane/CT.1.2.840.5',
  '/in/Doe Jane/b.dcm',
  '/in/Doe Jane',
  '/in',
  'one',
  'set/one',
];

it.each([
  ["cannot read '/in/Doe Jane/b.dcm': it is damaged", "cannot read 'p1': it is damaged"],
  ['b.dcm: is cut off, but may be a slice', 'p1: is cut off, but may be a slice'],
  ['CT.1.2.840.5 and b.dcm are both at 1.5 mm', 'p1 and p1 are both at 1.5 mm'],
  ['/in/Doe Jane: must hold one series', 'p1: must hold one series'],
  ['got 2: 1.2.840.113619.2.5 (CT "", 1 slices), 1.2.3.4.5', 'got 2: UID (CT "", 1 slices), UID'],
  ['ended in the middle of b.dcmx', 'ended in the middle of b.dcmx'],
  ['must hold one series', 'must hold one series'],
  ['version 4.22.0 of 2.0.1', 'version 4.22.0 of 2.0.1'],
])('of %j is left %j', (message, expected) => {
  expect(withoutNames(message, 'p1', paths)).toBe(expected);
});

it('takes names as they are written, and none where there is none', () => {
  expect(withoutNames('(a+b).nii: is cut off', 'x', ['/(a+b).nii'])).toBe('x: is cut off');
  expect(withoutNames('is cut off', 'x', [])).toBe('is cut off');
});
