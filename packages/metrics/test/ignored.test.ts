import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  averageSymmetricSurfaceDistance,
  boundaryIoU,
  confusion,
  dice,
  hausdorffDistance,
  lesionWise,
  normalizedSurfaceDice,
} from '../src/index.ts';
import { withoutIgnored } from '../src/regions/index.ts';
import { cases } from './reference.ts';

const row = (digits: string) => ({ data: [...digits].map(Number), shape: [1, digits.length] });

describe('withoutIgnored', () => {
  test('a predicted lesion wholly on ignored pixels is no false alarm, one beside them is', () => {
    const prediction = row('110011000111');
    const { ignored, ...counting } = withoutIgnored(prediction, row('110099900009'), {
      ignoreIndex: 9,
    });
    expect(ignored).toBe(4);
    const { found, missed, falsePositives } = lesionWise(counting.prediction, counting.truth);
    expect({ found, missed, falsePositives }).toEqual({ found: 1, missed: 0, falsePositives: 1 });
  });

  test('boundaries of prediction and truth agree where both reach what is taken out', () => {
    const { prediction, truth } = withoutIgnored(row('0111111100'), row('0111999990'), {
      ignoreIndex: 9,
    });
    expect(hausdorffDistance(prediction, truth)).toBe(0);
    expect(averageSymmetricSurfaceDistance(prediction, truth)).toBe(0);
    expect(normalizedSurfaceDice(prediction, truth, { tolerance: 0 })).toBe(1);
    expect(boundaryIoU(prediction, truth)).toBe(1);
  });

  test('what is given comes back where nothing is ignored, and is never changed', () => {
    const [prediction, truth] = [row('0110'), row('0190')];
    expect(withoutIgnored(prediction, truth, { ignoreIndex: 7 })).toEqual({
      prediction,
      truth,
      ignored: 0,
    });
    withoutIgnored(prediction, truth, { ignoreIndex: 9 });
    expect([prediction, truth]).toEqual([row('0110'), row('0190')]);
  });

  test('takes negative labels and views; other shapes are refused by name', () => {
    const plane = ndarray(Int8Array.of(0, 1, -1, 1, 0, -1), [3, 2], [1, 3]);
    const { prediction, truth, ignored } = withoutIgnored(plane, plane, { ignoreIndex: -1 });
    // Column by column in memory: [[0, 1], [1, 0], [-1, -1]].
    expect([...(truth.data as Float64Array)]).toEqual([0, 1, 1, 0, 0, 0]);
    expect(prediction).toEqual(truth);
    expect(ignored).toBe(2);
    expect(() => withoutIgnored(row('01'), row('010'), { ignoreIndex: 9, id: 'p7' })).toThrow(
      '`withoutIgnored`, case "p7": prediction and truth must have one shape',
    );
  });
});

describe.each([...cases.values()].filter(({ classes }) => classes === 2))('$name', (one) => {
  const { prediction, truth } = one;
  const half = truth.data.map((label, i) => (i % 7 < 3 ? 255 : label));
  const ignoring = { data: half, shape: truth.shape };

  test('overlap is that of the other pixels, by `confusion` and by taking out', () => {
    const keep = (data: Uint8Array) => data.filter((_, i) => i % 7 >= 3);
    const rest = confusion(keep(prediction.data), keep(truth.data));
    const all = confusion(prediction, ignoring, { ignoreIndex: 255 });
    expect(all.classes).toEqual(rest.classes);
    expect(all.ignored + rest.total).toBe(truth.data.length);
    const out = withoutIgnored(prediction, ignoring, { ignoreIndex: 255 });
    expect(dice(confusion(out.prediction, out.truth))).toBe(dice(rest));
    expect(confusion(prediction, truth, { ignoreIndex: 255 })).toEqual(
      confusion(prediction, truth),
    );
  });

  test('lesions and boundaries are those of masks that hold nothing there', () => {
    const bare = (data: Uint8Array) => ({
      data: data.map((label, i) => (i % 7 < 3 ? 0 : label)),
      shape: truth.shape,
    });
    const out = withoutIgnored(prediction, ignoring, { ignoreIndex: 255 });
    const [p, t] = [bare(prediction.data), bare(truth.data)];
    expect(lesionWise(out.prediction, out.truth)).toEqual(lesionWise(p, t));
    expect(hausdorffDistance(out.prediction, out.truth)).toBe(hausdorffDistance(p, t));
  });
});
