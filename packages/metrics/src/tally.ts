import { type BitSums, nativeSumBits } from './tally-native.ts';

/** How often each label is predicted, true, and both at once. */
export interface Tally {
  readonly agreed: Float64Array;
  readonly predicted: Float64Array;
  readonly present: Float64Array;
  readonly ignored: number;
}

/**
 * Tallies bytes of 0 and 1. Undefined where the labels are not bytes or not all 0 or 1; then they must be
 * looked at one by one.
 */
export function tallyBits(
  prediction: ArrayLike<number>,
  truth: ArrayLike<number>,
): Tally | undefined {
  if (!(prediction instanceof Uint8Array && truth instanceof Uint8Array)) return undefined;
  const sums = nativeSumBits() ?? sumBits;
  const { both, predicted, present, seen } = sums(prediction, truth);
  if ((seen & 0xfefefefe) !== 0) return undefined;
  const size = truth.length;
  return {
    agreed: Float64Array.of(size - predicted - present + both, both),
    predicted: Float64Array.of(size - predicted, predicted),
    present: Float64Array.of(size - present, present),
    ignored: 0,
  };
}

/** Four bytes a word, 255 words before a byte can overflow. */
function sumBits(prediction: Uint8Array, truth: Uint8Array): BitSums {
  const words = truth.length >> 2;
  const p = asWords(prediction, words);
  const t = asWords(truth, words);
  let [both, predicted, present, seen] = [0, 0, 0, 0];
  for (let start = 0; start < words; start += 255) {
    const end = Math.min(start + 255, words);
    let [a, b, c] = [0, 0, 0];
    for (let i = start; i < end; i++) {
      const one = p[i]!;
      const other = t[i]!;
      a = (a + (one & other)) | 0;
      b = (b + one) | 0;
      c = (c + other) | 0;
      seen |= one | other;
    }
    both += sumOfBytes(a);
    predicted += sumOfBytes(b);
    present += sumOfBytes(c);
  }
  for (let i = 4 * words; i < truth.length; i++) {
    both += prediction[i]! & truth[i]!;
    predicted += prediction[i]!;
    present += truth[i]!;
    seen |= prediction[i]! | truth[i]!;
  }
  return { both, predicted, present, seen };
}

function asWords(bytes: Uint8Array, words: number): Int32Array {
  // A copy by constructor: the `slice` of Node's Buffer is a view.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, words);
}

function sumOfBytes(word: number): number {
  const pairs = (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
  return (pairs & 0xffff) + (pairs >>> 16);
}
