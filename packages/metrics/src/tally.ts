/** How often each label is predicted, true, and both at once. */
export interface Tally {
  readonly agreed: Float64Array;
  readonly predicted: Float64Array;
  readonly present: Float64Array;
  readonly ignored: number;
}

/**
 * Tallies bytes, several at a time. Undefined where the labels are not bytes, are too few for it to
 * pay, or do not all lie below `classes`; then they must be looked at one by one.
 */
export function tallyBytes(
  prediction: ArrayLike<number>,
  truth: ArrayLike<number>,
  classes: number,
  ignoreIndex: number | undefined,
): Tally | undefined {
  if (!(prediction instanceof Uint8Array && truth instanceof Uint8Array)) return undefined;
  if (classes === 2 && ignoreIndex === undefined) return tallyBits(prediction, truth);
  return truth.length < 65536 ? undefined : tallyPairs(prediction, truth, classes, ignoreIndex);
}

/** For labels 0 and 1: four bytes a word, 255 words before a byte can overflow. */
function tallyBits(prediction: Uint8Array, truth: Uint8Array): Tally | undefined {
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
  if ((seen & 0xfefefefe) !== 0) return undefined;
  const size = truth.length;
  return {
    agreed: Float64Array.of(size - predicted - present + both, both),
    predicted: Float64Array.of(size - predicted, predicted),
    present: Float64Array.of(size - present, present),
    ignored: 0,
  };
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

/** For other labels: a histogram of pairs, in two halves so that equal pairs in a row do not wait. */
function tallyPairs(
  prediction: Uint8Array,
  truth: Uint8Array,
  classes: number,
  ignoreIndex: number | undefined,
): Tally | undefined {
  const pairs = new Uint32Array(2 * 65536);
  for (let i = 0; i < truth.length; i++) {
    const pair = ((i & 1) << 16) | (truth[i]! << 8) | prediction[i]!;
    pairs[pair] = pairs[pair]! + 1;
  }
  const agreed = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const present = new Float64Array(classes);
  let ignored = 0;
  for (let pair = 0; pair < 65536; pair++) {
    const count = pairs[pair]! + pairs[pair + 65536]!;
    const label = pair >> 8;
    const guess = pair & 255;
    if (count === 0) continue;
    if (label === ignoreIndex) {
      ignored += count;
      continue;
    }
    if (label >= classes || guess >= classes) return undefined;
    present[label]! += count;
    predicted[guess]! += count;
    if (label === guess) agreed[label]! += count;
  }
  return { agreed, predicted, present, ignored };
}
