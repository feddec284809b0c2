import { mulberry32 } from '@sts-net/testing';
import { describe, expect, test, vi } from 'vitest';
import { confusion, connectedComponents } from '../src/index.ts';

/** Bytes go several at a time and other labels one by one: each is the other's oracle. */
describe('bytes count as other labels do', () => {
  const draw = (seed: number, size: number, classes: number) => {
    const next = mulberry32(seed);
    return Uint8Array.from({ length: size }, () => Math.floor(next() * classes));
  };

  test.each([1, 3, 4, 5, 1019, 1020, 1021, 16 * 255 + 3, 65_536, 70_001])('%i bits', (size) => {
    const [p, t] = [draw(1, size, 2), draw(2, size, 2)];
    expect(confusion(p, t)).toEqual(confusion([...p], [...t]));
  });

  test('all ones, where sums of bytes are largest', () => {
    const ones = new Uint8Array(2 ** 16 + 16 * 255).fill(1);
    expect(confusion(ones, ones).classes[1]).toEqual({ tp: ones.length, fp: 0, fn: 0, tn: 0 });
  });

  test.each([1, 2, 3])('views that start at byte %i', (offset) => {
    const [p, t] = [draw(3, 1500, 2), draw(4, 1500, 2)];
    const views = [p.subarray(offset), t.subarray(0, t.length - offset)] as const;
    expect(confusion(...views)).toEqual(confusion([...views[0]], [...views[1]]));
  });

  test('where WebAssembly is forbidden', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const plain = await import('../src/index.ts');
    vi.unstubAllGlobals();
    const [p, t] = [draw(1, 1500, 2), draw(2, 1500, 2)];
    expect(plain.confusion(p, t)).toEqual(confusion(p, t));
  });

  test("Node's Buffers, whose slices are views", () => {
    const t = draw(4, 1500, 2);
    const p = Buffer.concat([Buffer.alloc(1), draw(3, 1500, 2)]).subarray(1);
    expect(confusion(p, t)).toEqual(confusion([...p], [...t]));
  });

  test.each([
    [3, undefined],
    [255, undefined],
    [256, 7],
    [20, 255],
  ])('%i classes, ignoring %s', (classes, ignoreIndex) => {
    const [p, t] = [draw(5, 70_001, classes), draw(6, 70_001, classes)];
    if (ignoreIndex === 255) t.fill(255, 100, 900);
    const options = { classes, ...(ignoreIndex !== undefined && { ignoreIndex }) };
    expect(confusion(p, t, options)).toEqual(confusion([...p], [...t], options));
  });

  test('a label beyond the classes is found wherever it lies', () => {
    for (const [classes, at] of [
      [2, 0],
      [2, 69_999],
      [2, 70_000],
      [5, 69_999],
    ] as const) {
      const [p, t] = [new Uint8Array(70_001), new Uint8Array(70_001)];
      p[at] = classes;
      expect(() => confusion(p, t, { classes })).toThrow(
        new RegExp(`below ${classes}, .* got ${classes} in the prediction at index ${at};`),
      );
      expect(() => confusion(t, p, { classes })).toThrow(`in the truth at index ${at};`);
    }
  });
});

test('a checkerboard, the most components there can be, is labelled', () => {
  const [depth, height, width] = [20, 101, 99];
  const data = new Uint8Array(depth * height * width);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++, i++) data[i] = (x + y + z) & 1;
  const mask = { data, shape: [depth, height, width] };
  const ones = data.reduce((sum, one) => sum + one, 0);
  const alone = connectedComponents(mask, { connectivity: 6 });
  expect(alone.count).toBe(ones);
  expect(alone.sizes.subarray(1).every((size) => size === 1)).toBe(true);
  expect(connectedComponents(mask, { connectivity: 18 }).count).toBe(1);
});
