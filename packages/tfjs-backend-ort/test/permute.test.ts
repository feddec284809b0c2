import { describe, expect, test } from 'vitest';
import { canonical, permute, reordered } from '../src/graph/permute.ts';
import { identity } from '../src/graph/value-type.ts';

describe('the layout that stands for an order of elements', () => {
  // ONNX Runtime multiplies [960, 160, 1, 1] by a number 25 times slower than [1, 1, 960, 160].
  test.each([
    { shape: [1, 1, 160, 960], layout: [3, 2, 0, 1], stands: [0, 1, 3, 2] },
    { shape: [3, 3, 1, 32], layout: [3, 2, 0, 1], stands: [2, 3, 0, 1] },
    { shape: [3, 3, 16, 32], layout: [3, 2, 0, 1], stands: [3, 2, 0, 1] },
    { shape: [2, 1, 1, 8], layout: [0, 3, 1, 2], stands: [0, 1, 2, 3] },
  ])('of $shape as $layout has axes of size 1 first', ({ shape, layout, stands }) => {
    expect(canonical(shape, layout)).toEqual(stands);
    const size = shape.reduce((a, b) => a * b);
    const elements = Int32Array.from({ length: size }, (_, i) => i);
    const plain = identity(shape.length);
    expect(permute(elements, shape, plain, canonical(shape, layout))).toEqual(
      permute(elements, shape, plain, layout),
    );
  });
});

test('one number everywhere is left where it is, all else is put into the order', () => {
  const shape = [2, 3];
  const move = (data: Float32Array) => reordered(data, shape, [0, 1], [1, 0]);
  const zeros = new Float32Array(6);
  expect(move(zeros)).toBe(zeros);
  expect([...move(Float32Array.of(1, 1, 1, 1, 2, 1))]).toEqual([1, 1, 1, 2, 1, 1]);
  expect([...move(Float32Array.of(0, 0, Number.NaN, 0, 0, 0))].findIndex(Number.isNaN)).toBe(4);
});

/** Element by element, by the places of its indices. */
function oneByOne(
  data: Int32Array,
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): Int32Array {
  const out = new Int32Array(data.length);
  const placeOf = (index: readonly number[], layout: readonly number[]) =>
    layout.reduce((place, axis) => place * shape[axis]! + index[axis]!, 0);
  const visit = (index: readonly number[]): void => {
    if (index.length === shape.length) out[placeOf(index, to)] = data[placeOf(index, from)]!;
    else for (let i = 0; i < shape[index.length]!; i++) visit([...index, i]);
  };
  visit([]);
  return out;
}

test.each([
  { shape: [3, 3, 5, 34], from: [0, 1, 2, 3], to: [3, 2, 0, 1] },
  { shape: [3, 3, 34, 5], from: [3, 2, 0, 1], to: [0, 1, 2, 3] },
  { shape: [70, 39], from: [0, 1], to: [1, 0] },
  { shape: [2, 33, 9, 3], from: [0, 1, 2, 3], to: [0, 3, 1, 2] },
  { shape: [2, 6, 7, 4], from: [0, 3, 1, 2], to: [0, 1, 2, 3] },
  { shape: [4, 5, 6], from: [1, 0, 2], to: [0, 1, 2] },
  { shape: [1, 7, 1], from: [0, 1, 2], to: [2, 1, 0] },
  { shape: [0, 7], from: [0, 1], to: [1, 0] },
])('oracle: $shape from $from to $to', ({ shape, from, to }) => {
  const data = Int32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
  expect(permute(data, shape, from, to)).toEqual(oneByOne(data, shape, from, to));
});
