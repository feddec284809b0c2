import { expect, test } from 'vitest';
import type { KernelDefinition } from '../src/graph/kernel.ts';
import { plan } from '../src/graph/plan.ts';
import { byStep, momentOf } from '../src/graph/steps.ts';
import { recorded, type Value } from '../src/graph/value.ts';

const kernel = { name: 'Any' } as KernelDefinition;
let id = 0;

function made(inputs: Value[], step: number, shape = [4]): Value {
  const type = { shape, dtype: 'float32' } as const;
  const moment = { step, turn: 0 };
  const rest = { attrs: {}, places: null, outputs: [type], key: 1 };
  return recorded(type, { id: id++, moment, kernel, inputs, ...rest }, 0);
}

test('each step is a part, and nothing of an earlier one is computed for a later one', () => {
  const hidden = made([], 0);
  const weights = made([hidden], 0);
  const middle = made([hidden], 1);
  const later = made([middle, weights], 2);
  const parts = byStep([later, weights]);
  expect(parts).toEqual([[hidden, weights], [middle], [later]]);
  // As if the first part were on its way.
  for (const value of parts[0]!) value.run = { over: Promise.resolve(), aliases: [] };
  expect(plan(parts[1]!).nodes).toEqual([middle.node]);
});

test('one step is one part', () => {
  const hidden = made([], 1);
  const [first, second] = [made([hidden], 1), made([hidden], 1)];
  expect(byStep([first, second])).toEqual([[first, second]]);
});

test('one number belongs to the step that it comes of, everything else to the present one', () => {
  const now = { step: 3, turn: 5 };
  const [old, newer] = [made([], 1), made([], 2)];
  const outputs = [{ shape: [1, 1], dtype: 'float32' }] as const;
  expect(momentOf({ inputs: [old, newer], outputs }, now)).toBe(newer.node!.moment);
  expect(momentOf(made([old], 3).node!, now)).toBe(now);
  expect(momentOf({ inputs: [null], outputs }, now)).toBe(now);
  old.run = { over: Promise.resolve(), aliases: [] };
  expect(momentOf({ inputs: [old], outputs }, now)).toBe(now);
});
