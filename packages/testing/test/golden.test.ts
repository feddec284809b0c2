import { expect, test } from 'vitest';
import { fnv1a, golden, uniform } from '../src/index.ts';

test('golden: the recipe reproduces the hash and draws stated in models-eval.json', () => {
  const check = golden('models-eval').units.rng_check;
  expect(fnv1a('input')).toBe(check['fnv1a("input")']);
  expect(fnv1a('encoder.conv1.weight')).toBe(check['fnv1a("encoder.conv1.weight")']);
  expect(uniform('input', 5)).toBeAllclose(check['first5_u("input")'], { rtol: 1e-7 });
  expect(uniform('encoder.conv1.weight', 3)).toBeAllclose(check['first3_u'], { rtol: 1e-7 });
});
