import { describe, expect, it } from 'vitest';
import { calibrated, ensemble, type Predictor, softmax } from '../src/index.ts';

/** The image's channels are the logits. */
const network = (channels: number, classes: number): Predictor => ({
  channels,
  classes,
  logits: async (images) => images.slice(),
  predict: async (images) => softmax(images.slice(), channels),
});

describe('calibrated', () => {
  it('divides logits by the temperature', async () => {
    const logits = Float32Array.of(2, -1, 0.5, 0, 3, 1);
    const [a, b, c] = [1, -0.5, 0.25].map(Math.exp) as [number, number, number];
    const warm = await calibrated(network(3, 3), 2).predict(logits, [1, 1, 2, 3]);
    expect(warm.subarray(0, 3)).toBeAllclose([a, b, c].map((e) => e / (a + b + c)));
    expect([...logits]).toEqual([2, -1, 0.5, 0, 3, 1]);
  });

  it('takes a single logit for two classes', async () => {
    const shape = [1, 1, 1, 1] as const;
    const warm = await calibrated(network(1, 2), 0.5).predict(Float32Array.of(0.7), shape);
    expect(warm).toBeAllclose([1 - 1 / (1 + Math.exp(-1.4)), 1 / (1 + Math.exp(-1.4))]);
  });

  it('can be calibrated again: the temperatures multiply', async () => {
    const logits = Float32Array.of(2, -1);
    const shape = [1, 1, 1, 2] as const;
    const twice = calibrated(calibrated(network(2, 2), 2), 3);
    const once = calibrated(network(2, 2), 6);
    expect(await twice.predict(logits, shape)).toBeAllclose(await once.predict(logits, shape));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a temperature of %d', (wrong) => {
    expect(() => calibrated(network(2, 2), wrong)).toThrow(
      `the temperature must be a positive number, got ${wrong}`,
    );
  });

  it('refuses what tells probabilities only', () => {
    const both = ensemble([network(2, 2), network(2, 2)]);
    expect(() => calibrated(both, 2)).toThrow(/must offer `logits`.*calibrate the network itself/);
  });
});
