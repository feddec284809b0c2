import { seededRandom } from '@sts-net/amplify';
import { type Print, printLength } from './print.ts';

/** Numbers that are rotated together: a power of two. */
const length = printLength + 1;

/** How many codes of so many bits one rotation gives. */
export function codesInRotation(bits: number): number {
  return Math.floor(length / bits);
}

/**
 * Codes of prints by their signs along random directions: prints at an angle θ have the same sign along
 * one with probability 1 − θ/π (Charikar, STOC 2002). The directions are those of a random rotation:
 * signs and Walsh–Hadamard transforms in turn, three times (Andoni et al., NIPS 2015).
 * @param count codes of each print, at most `codesInRotation(bits)`
 * @param seed tells one rotation from another
 * @returns `count` codes for each print, one list after the other
 */
export function signCodes(
  prints: readonly Print[],
  bits: number,
  count: number,
  seed: number,
): Uint32Array {
  const random = seededRandom(seed, 'sign codes');
  const signs = Array.from({ length: 3 }, () =>
    Float64Array.from({ length }, () => (random() < 0.5 ? -1 : 1)),
  );
  const order = shuffledOrder(random);
  const codes = new Uint32Array(count * prints.length);
  const vector = new Float64Array(length);
  for (const [i, print] of prints.entries()) {
    vector.set(print);
    vector[length - 1] = 0;
    for (const sign of signs) {
      for (let k = 0; k < length; k++) vector[k]! *= sign[k]!;
      hadamard(vector);
    }
    for (let code = 0; code < count; code++) {
      let value = 0;
      for (let bit = 0; bit < bits; bit++) {
        value = 2 * value + (vector[order[code * bits + bit]!]! > 0 ? 1 : 0);
      }
      codes[code * prints.length + i] = value;
    }
  }
  return codes;
}

/** The Walsh–Hadamard transform in place, without its scale. */
function hadamard(vector: Float64Array): void {
  for (let half = 1; half < length; half *= 2) {
    for (let start = 0; start < length; start += 2 * half) {
      for (let k = start; k < start + half; k++) {
        const a = vector[k]!;
        const b = vector[k + half]!;
        vector[k] = a + b;
        vector[k + half] = a - b;
      }
    }
  }
}

function shuffledOrder(random: () => number): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
