import { expect } from 'vitest';

/** Tolerances of `toBeAllclose`: |received − expected| ≤ atol + rtol·|expected|, element by element. */
export interface Tolerance {
  /** @default 1e-5 */
  readonly rtol?: number;
  /** @default 1e-6 */
  readonly atol?: number;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the parameter must be the one vitest declares.
  interface Matchers<T = any> {
    toBeAllclose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}

// Arrays with the same bytes are equal at once: `toEqual` looks at numbers one by one, of which weights have millions.
expect.addEqualityTesters([
  (a, b) => {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
    if (a.constructor !== b.constructor) return undefined;
    const [ours, theirs] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    );
    return ours!.equals(theirs!) || undefined;
  },
]);

expect.extend({
  toBeAllclose(
    received: ArrayLike<number>,
    expected: ArrayLike<number>,
    { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
  ) {
    if (received.length !== expected.length) {
      return {
        pass: false,
        message: () => `expected ${expected.length} elements, received ${received.length}`,
      };
    }
    let worst = -1;
    let excess = 0;
    let bad = 0;
    for (let i = 0; i < expected.length; i++) {
      const a = received[i]!;
      const b = expected[i]!;
      if (Object.is(a, b) || a === b) continue;
      const over = Math.abs(a - b) - (atol + rtol * Math.abs(b));
      if (over <= 0) continue;
      bad++;
      if (worst < 0 || over > excess || Number.isNaN(over)) {
        worst = i;
        excess = over;
      }
    }
    return {
      pass: worst < 0,
      message: () =>
        worst < 0
          ? `expected arrays to differ by more than rtol ${rtol}, atol ${atol}`
          : `${bad} of ${expected.length} elements differ (rtol ${rtol}, atol ${atol}); worst at ${worst}: expected ${expected[worst]}, received ${received[worst]}`,
    };
  },
});
