import npm from 'ndarray';
import { describe, expect, test } from 'vitest';
import { ndarray } from '../src/index.ts';

/** Numbers of a linear congruential generator (Knuth's constants), from 0 to below `n`. */
function draws(seed: number) {
  let state = seed;
  return (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type View = ReturnType<typeof npm<Int16Array>>;

const facts = ({ shape, stride, offset, size, order, dimension, dtype }: View) => ({
  ...{ shape, stride, offset, size, dimension, dtype },
  // Of equal steps ndarray's order depends on the number of axes.
  order: order.map((axis) => Math.abs(stride[axis]!)),
});

/** Each element, in C order. */
function elements(view: View, shape = view.shape): number[] {
  const all: number[] = [];
  const visit = (place: readonly number[]): void => {
    if (place.length === shape.length) all.push(view.get(...place), view.index(...place));
    else for (let i = 0; i < shape[place.length]!; i++) visit([...place, i]);
  };
  visit([]);
  return all;
}

describe('does what the npm package does', () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'in any order of operations, seed %i',
    (seed) => {
      const draw = draws(seed);
      const dimension = 1 + draw(5);
      const shape = Array.from({ length: dimension }, () => 1 + draw(4));
      const size = shape.reduce((a, b) => a * b);
      const data = Int16Array.from({ length: size }, (_, i) => i * 3);
      let pair: readonly [View, View] = [npm(data, [...shape]), ndarray(data, [...shape])];
      for (let i = 0; i < 6 && pair[0].dimension > 0; i++) {
        const { shape: now, dimension: axes } = pair[0];
        const perAxis = (of: (length: number) => number | null) => now.map(of);
        const operations: Record<string, () => (number | null)[]> = {
          lo: () => perAxis((length) => (draw(3) === 0 ? null : draw(length))),
          hi: () => perAxis((length) => (draw(3) === 0 ? null : 1 + draw(length))),
          step: () =>
            perAxis(() => (draw(3) === 0 ? null : (draw(2) === 0 ? -1 : 1) * (1 + draw(3)))),
          transpose: () => {
            const order = [...now.keys()];
            for (let a = axes - 1; a > 0; a--) {
              const b = draw(a + 1);
              [order[a], order[b]] = [order[b]!, order[a]!];
            }
            return order;
          },
          pick: () => perAxis((length) => (axes > 1 && draw(4) === 0 ? draw(length) : null)),
        };
        const names = Object.keys(operations);
        const name = names[draw(names.length)]! as 'lo';
        const args = operations[name]!() as number[];
        pair = [pair[0][name](...args), pair[1][name](...args)];
        expect(facts(pair[1])).toEqual(facts(pair[0]));
        expect(elements(pair[1])).toEqual(elements(pair[0]));
      }
    },
  );

  test('for every kind of data, default strides and offsets', () => {
    const generic = { length: 2, get: (i: number) => 10 * i, set: () => {} };
    for (const data of [
      new Uint8Array(6),
      new Uint8ClampedArray(6),
      new Float32Array(6),
      new Float64Array(6),
      new BigInt64Array(6),
      [1, 2, 3],
      generic,
    ]) {
      const [theirs, ours] = [npm(data as number[]), ndarray(data as number[])];
      expect(facts(ours as never)).toEqual(facts(theirs as never));
      expect(ours.get(1)).toEqual(theirs.get(1));
    }
    const data = new Int16Array(6);
    expect(facts(ndarray(data, [2, 3], [-3, 1]))).toEqual(facts(npm(data, [2, 3], [-3, 1])));
    expect(facts(ndarray(data, []))).toMatchObject({ shape: [], size: 1, dimension: 0 });
  });

  test('values are set through a view, and fields may be changed', () => {
    for (const make of [npm, ndarray] as const) {
      const data = new Int16Array(24);
      const view = make(data, [2, 3, 4]).transpose(2, 0, 1);
      expect(view.set(3, 1, 2, 7)).toBe(7);
      expect(data[1 * 12 + 2 * 4 + 3]).toBe(7);
      view.stride = [0, 0, 0];
      view.offset = 23;
      expect(view.get(1, 1, 1)).toBe(7);
    }
    const list: string[] = ['a', 'b'];
    ndarray(list as never).set(1, 'c' as never);
    expect(list).toEqual(['a', 'c']);
  });
});

test('no code is made from text', () => {
  const { Function: own } = globalThis;
  globalThis.Function = (() => {
    throw new EvalError('unsafe-eval');
  }) as unknown as FunctionConstructor;
  try {
    expect(ndarray(new Float32Array(8), [2, 2, 2]).pick(1, null, null).get(1, 1)).toBe(0);
  } finally {
    globalThis.Function = own;
  }
});
