import { mulberry32 } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import { afterEach, expect, test, vi } from 'vitest';
import { lesionBounds } from '../src/lesion/lesion-bounds.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Looks at every pixel. */
function slowBounds(mask: NdArray<Uint8Array>) {
  const [height, width] = mask.shape as [number, number];
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (mask.get(row, column) === 0) continue;
      rows.push(row);
      columns.push(column);
    }
  }
  if (rows.length === 0) return undefined;
  return {
    top: Math.min(...rows),
    bottom: Math.max(...rows) + 1,
    left: Math.min(...columns),
    right: Math.max(...columns) + 1,
  };
}

/** Masks of all widths around the kernel's 16 pixels, with few pixels of any label, in all layouts. */
function masks(): NdArray<Uint8Array>[] {
  const random = mulberry32(5);
  const below = (count: number) => Math.floor(random() * count);
  return Array.from({ length: 600 }, (_, i) => {
    const [height, width] = [1 + below(9), 1 + (i % 53)];
    const data = new Uint8Array((height + 3) * (width + 20));
    for (let n = below(5); n > 0; n--) data[below(data.length)] = [1, 2, 128, 255][below(4)]!;
    const whole = ndarray(data, [height + 3, width + 20]);
    const part = whole.lo(below(4), below(21)).hi(height, width);
    const flips = [
      [1, 1],
      [-1, 1],
      [1, -1],
      [-1, -1],
      [2, 1],
      [1, 2],
    ] as const;
    const view = part.step(...flips[below(6)]!);
    return below(5) === 0 ? view.transpose(1, 0) : view;
  });
}

test('the box of any mask, by WebAssembly and without (a slow oracle)', async () => {
  const expected = masks().map(slowBounds);
  expect(masks().map(lesionBounds)).toEqual(expected);
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const plain = await import('../src/lesion/lesion-bounds.ts');
  expect(masks().map(plain.lesionBounds)).toEqual(expected);
});

test('a mask that is looked at in more than one piece', () => {
  for (const [rows, columns] of [
    [
      [3, 690],
      [599, 0],
    ],
    [
      [699, 699],
      [5, 300],
    ],
    [[350], [599]],
  ] as const) {
    const mask = ndarray(new Uint8Array(700 * 600), [700, 600]);
    for (const [i, row] of rows.entries()) mask.set(row, columns[i]!, 1);
    for (const view of [mask, mask.step(-1, 1), mask.step(1, -1), mask.step(2, 1)]) {
      expect(lesionBounds(view)).toEqual(slowBounds(view));
    }
  }
});

test.each([
  [0, 5],
  [5, 0],
  [0, 0],
])('none in a mask of %d × %d', (height, width) => {
  expect(lesionBounds(ndarray(new Uint8Array(height * width), [height, width]))).toBeUndefined();
});
