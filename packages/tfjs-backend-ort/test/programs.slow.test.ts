import { programs } from '@sts-net/testing/programs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import './against-cpu.ts';

describe.each(Object.entries(programs))('%s', (name, program) => {
  const size = { steps: name === 'dcgan' ? 5 : 20, batch: 8 };

  test(`oracle: the cpu backend's losses in the first ${size.steps} steps`, async () => {
    await tf.setBackend('cpu');
    const expected = await program(size);
    await tf.setBackend('ort');
    const actual = await program(size);
    expect(actual).toHaveLength(size.steps);
    expect(actual).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-6 });
    expect(expected[0]).not.toBeCloseTo(expected.at(-1)!, 4);
  });
});
