import { createVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { comparisonOf } from '../../src/comparison/comparison.ts';
import { evaluateVolumes } from '../../src/evaluation/evaluate-volumes.ts';
import { evaluationText } from '../../src/evaluation/evaluation-text.ts';

/** Labels of three slices of 2×4 pixels, written as text: one digit a pixel. */
function labels(...slices: string[]): Volume<Uint8Array> {
  const digits = slices.join('').replaceAll(' ', '');
  return createVolume(ndarray(Uint8Array.from(digits, Number), [3, 2, 4]));
}

// Slice 0 is empty in both; slice 1 has a hit of 1 of 2 pixels; slice 2 a miss and a false alarm.
const truth = labels('0000 0000', '1100 0000', '0000 0001');
const prediction = labels('0000 0000', '1000 0000', '0010 0000');

describe('evaluateVolumes', () => {
  it('scores slices, pixels and lesions, by hand', async () => {
    const { slices, lesions, cases } = await evaluateVolumes([{ id: 'a', prediction, truth }]);
    expect(slices.images).toEqual({ total: 3, skipped: 1, emptyTruth: 0, emptyPrediction: 0 });
    // 1 pixel in common, 2 predicted, 3 true.
    expect(slices.pooled.dice).toBeCloseTo(2 / 5);
    expect(slices.foreground.dice).toBeCloseTo((2 / 3 + 0) / 2);
    // The false alarm touches nothing: two true lesions, one found; two predicted, one false.
    expect(lesions).toMatchObject({ found: 1, missed: 1, falsePositives: 1, predicted: 2 });
    expect([lesions.precision, lesions.recall, lesions.f1]).toEqual([0.5, 0.5, 0.5]);
    expect(cases.map(({ id }) => id)).toEqual(['a']);
  });

  it('is stopped between scores too, when all cases are read, as a comparison is', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    // Heard when computing pauses for the first time.
    const later = () => setImmediate(() => stop.abort(new Error('stopped')));
    const evaluated = evaluateVolumes([{ id: 'a', prediction, truth }], 0, {
      ...{ signal, onCase: () => void later() },
    });
    await expect(evaluated).rejects.toThrow('stopped');
    const settings = { names: ['a', 'b'], scores: ['dice'], seed: 0, resamples: 10 } as const;
    async function* cases() {
      const masks = { truth, predictions: [prediction, truth], labels: [1], isOneTarget: false };
      yield { id: 'a', patient: 'a', masks: { ...masks, probabilities: [] } };
    }
    const read = () => ({ ignored: undefined, inPixels: false });
    expect((await comparisonOf(cases(), read, settings)).rows).toHaveLength(1);
    await expect(comparisonOf(cases(), read, { ...settings, signal })).rejects.toThrow('stopped');
  });

  it('adds cases up, and takes every label but 0 as foreground', async () => {
    const double = labels('0000 0000', '2200 0000', '0000 0002');
    const { slices, lesions, cases } = await evaluateVolumes([
      { id: 'a', prediction, truth },
      { id: 'b', prediction: double, truth },
    ]);
    expect(slices.images.total).toBe(6);
    expect(slices.pooled.dice).toBeCloseTo((2 * 4) / (5 + 6));
    expect(lesions).toMatchObject({ found: 3, missed: 1, falsePositives: 1, predicted: 4 });
    expect(lesions.precision).toBe(3 / 4);
    expect(cases[1]!.lesions.f1).toBe(1);
  });

  it('counts predicted lesions that are right, not true ones that are found, by hand', async () => {
    // Two predicted parts hit the one true lesion; a third is a false alarm.
    const one = labels('0000 0000', '1111 1111', '0000 0000');
    const parts = labels('0000 0000', '1001 1001', '0000 0000');
    const away = labels('1000 0000', '0000 0000', '0001 0000');
    const { lesions, cases } = await evaluateVolumes([
      { id: 'a', prediction: parts, truth: one },
      { id: 'b', prediction: away, truth: labels('1000 0000', '0000 0000', '0000 0000') },
    ]);
    expect(cases[0]!.lesions).toMatchObject({ found: 1, predicted: 2, falsePositives: 0 });
    expect(lesions).toMatchObject({ found: 2, missed: 0, predicted: 4, falsePositives: 1 });
    expect(lesions.precision).toBe(3 / 4);
    expect(lesions.recall).toBe(1);
  });

  it('cuts slices across the axis it is told to', async () => {
    const { slices } = await evaluateVolumes([{ id: 'a', prediction, truth }], 2);
    expect(slices.images).toEqual({ total: 4, skipped: 0, emptyTruth: 1, emptyPrediction: 2 });
  });

  it('refuses volumes of different shapes by name', async () => {
    const other = createVolume(ndarray(new Uint8Array(12), [3, 2, 2]));
    await expect(evaluateVolumes([{ id: 'a', prediction, truth: other }])).rejects.toThrow(
      "case 'a': prediction and truth must have one shape, got [3, 2, 4] and [3, 2, 2]",
    );
  });

  it('prints the paper’s scores never without the others and the rule for empty masks', async () => {
    const text = evaluationText(await evaluateVolumes([{ id: 'a', prediction, truth }]));
    expect(text).toContain('all-background prediction');
    expect(text).toMatch(/foreground, all pixels pooled +0\.4000 +0\.2500 +0\.5000 +0\.3333/);
    expect(text).toContain('Truth and prediction both empty: best. A miss or a false alarm: worst');
    expect(text).toContain('3 slices: 1 empty in truth and prediction are left out');
  });
});
