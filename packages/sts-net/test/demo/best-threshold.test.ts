import { uniform } from '@sts-net/testing';
import { describe, expect, test } from 'vitest';
import { bestThreshold, type Labelled } from '../../src/demo/baselines.ts';

/** The same by trying every intensity. */
function bruteForce(images: readonly Labelled[]): { threshold: number; dice: number } {
  const pixels = images.flatMap(({ intensities, labels }) =>
    Array.from(intensities, (value, i) => ({ value, label: labels[i]! })),
  );
  const lesion = pixels.filter(({ label }) => label === 1).length;
  let best = { threshold: Number.POSITIVE_INFINITY, dice: 0 };
  for (const { value: threshold } of pixels) {
    const predicted = pixels.filter(({ value }) => value >= threshold);
    const hits = predicted.filter(({ label }) => label === 1).length;
    const dice = (2 * hits) / (predicted.length + lesion);
    if (dice > best.dice) best = { threshold, dice };
  }
  return best;
}

describe('bestThreshold', () => {
  test.each([1, 2, 3, 4, 5])('equals trying every intensity, example %i', (seed) => {
    const images = ['a', 'b'].map((name): Labelled => {
      // Rounded, so that many intensities are equal.
      const noise = uniform(`${name}${seed}`, 150);
      const intensities = noise.map((u) => Math.round(u * 20));
      const chance = uniform(`${name}${seed}/label`, 150);
      const labels = Uint8Array.from(chance, (u, i) => (u < intensities[i]! / 30 ? 1 : 0));
      return { intensities, labels };
    });
    const { threshold, dice } = bestThreshold(images);
    const expected = bruteForce(images);
    expect(dice).toBe(expected.dice);
    expect(threshold).toBe(expected.threshold);
  });

  test('needs a lesion', () => {
    const none = { intensities: Float32Array.of(1, 2), labels: Uint8Array.of(0, 0) };
    expect(() => bestThreshold([none])).toThrow(/must hold lesion pixels, got none/);
  });
});
