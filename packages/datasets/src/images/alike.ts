import { randomInteger, seededRandom } from '@sts-net/amplify';
import type { Print } from './print.ts';
import { codesInRotation, signCodes } from './sign-codes.ts';

/**
 * Correlation from which two images are alike. Of breast ultrasound it finds frames taken moments
 * apart and copies with other brightness, size or callipers; different patients reach 0.8.
 */
const threshold = 0.95;

/** How likely a pair that is alike to just the threshold may be missed; others are less so. */
const mostMissed = 1e-12;

/** Whether two images are nearly the same. Not so where one is of one grey. */
export function isAlike(a: Print, b: Print): boolean {
  return correlation(a, b) >= threshold;
}

/** −1 to 1; 0 where a print is all 0. */
function correlation(a: Print, b: Print): number {
  let product = 0;
  let [aa, bb] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const x = a[k]!;
    const y = b[k]!;
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return product / (Math.sqrt(aa * bb) || 1);
}

/**
 * Pairs of images that are nearly the same, by their index, the smaller first, in order.
 *
 * Of many images only those are compared whose prints have a code in common (locality-sensitive hashing;
 * Indyk & Motwani, STOC 1998). With as many codes as are needed, none of the pairs that are alike is
 * missed, but for a chance of 10⁻¹². Of 100,000 pictures of different things about one pair in a
 * hundred is compared. Few images, and those that all look so much the same that codes tell little, are
 * compared each with each.
 */
export function alikePairs(prints: readonly Print[]): readonly (readonly [number, number])[] {
  const shown = [...prints.keys()].filter((i) => prints[i]!.some((value) => value !== 0));
  const own = shown.map((i) => prints[i]!);
  const found: (readonly [number, number])[] = [];
  const areFar = apartFromAfar(own);
  const compare = (i: number, j: number) => {
    if (isAlike(own[i]!, own[j]!)) found.push([shown[i]!, shown[j]!]);
  };
  const bits = cheapestBits(own);
  if (bits === undefined) {
    for (let i = 0; i < own.length; i++) {
      for (let j = i + 1; j < own.length; j++) if (!areFar(i, j)) compare(i, j);
    }
    return found;
  }
  const tables: Uint32Array[] = [];
  for (const codes of codeTables(own, bits)) {
    eachInCommon(codes, bits, (i, j) => {
      // Those that met in an earlier table were compared there.
      if (!areFar(i, j) && !tables.some((earlier) => earlier[i] === earlier[j])) compare(i, j);
    });
    tables.push(codes);
  }
  return found.sort(([a, b], [c, d]) => a - c || b - d);
}

/** Bits that a code may have. */
const fewestBits = 8;
const mostBits = 24;

/** Pairs that are looked at to see how alike most are. */
const sampledPairs = 2000;

/**
 * With codes of how many bits the fewest comparisons and signs are needed (of about the same cost);
 * `undefined` where comparing each with each takes fewer.
 */
function cheapestBits(prints: readonly Print[]): number | undefined {
  const count = prints.length;
  const pairs = (count * (count - 1)) / 2;
  const random = seededRandom(0, 'sampled pairs');
  const same = Array.from({ length: count < 2 ? 0 : sampledPairs }, () =>
    sameSign(
      correlation(prints[randomInteger(random, count)]!, prints[randomInteger(random, count)]!),
    ),
  );
  let best: { readonly bits: number | undefined; readonly cost: number } = {
    bits: undefined,
    cost: pairs,
  };
  for (let bits = fewestBits; bits <= mostBits; bits++) {
    const meeting = same.reduce((sum, one) => sum + one ** bits, 0) / same.length;
    const cost = tablesOf(bits) * (bits * count + meeting * pairs);
    if (cost < best.cost) best = { bits, cost };
  }
  return best.bits;
}

/** The chance that two prints have the same sign along a random direction. */
function sameSign(cosine: number): number {
  return 1 - Math.acos(Math.min(1, Math.max(-1, cosine))) / Math.PI;
}

/** Codes that a print needs. */
function tablesOf(bits: number): number {
  return Math.ceil(Math.log(mostMissed) / Math.log1p(-(sameSign(threshold) ** bits)));
}

/** As many codes of each print as are needed, one table after the other. */
function* codeTables(prints: readonly Print[], bits: number): Generator<Uint32Array> {
  const { length } = prints;
  for (let left = tablesOf(bits), rotation = 0; left > 0; rotation++) {
    const here = Math.min(left, codesInRotation(bits));
    const codes = signCodes(prints, bits, here, rotation);
    for (let k = 0; k < here; k++) yield codes.subarray(k * length, (k + 1) * length);
    left -= here;
  }
}

/** Numbers of a print, those of the lowest frequencies, that tell most pairs apart, and steps to them. */
const fewNumbers = 64;
const step = 8;

/**
 * What tells quickly that two prints are not alike: by some numbers alone of theirs, brought to length
 * 1, they are farther apart than two may be altogether.
 */
function apartFromAfar(prints: readonly Print[]): (i: number, j: number) => boolean {
  // By the cosine rule; the rest is room for rounding.
  const most = 2 - 2 * threshold + 1e-4;
  const starts = new Float32Array(fewNumbers * prints.length);
  for (const [i, print] of prints.entries()) {
    const size = Math.sqrt(print.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < fewNumbers; k++) starts[i * fewNumbers + k] = print[k]! / size;
  }
  return (i, j) => {
    let distance = 0;
    let a = i * fewNumbers;
    let b = j * fewNumbers;
    for (const end = a + fewNumbers; a < end && distance <= most; ) {
      for (const next = a + step; a < next; a++, b++) {
        const difference = starts[a]! - starts[b]!;
        distance += difference * difference;
      }
    }
    return distance > most;
  };
}

/** Calls back with each two that have one code. */
function eachInCommon(
  codes: Uint32Array,
  bits: number,
  pair: (i: number, j: number) => void,
): void {
  const starts = new Int32Array(2 ** bits + 1);
  for (const code of codes) starts[code + 1]!++;
  for (let code = 0; code < 2 ** bits; code++) starts[code + 1]! += starts[code]!;
  const sorted = new Int32Array(codes.length);
  const next = starts.slice();
  for (const [i, code] of codes.entries()) sorted[next[code]!++] = i;
  for (let at = 0; at < sorted.length; at++) {
    const i = sorted[at]!;
    const end = starts[codes[i]! + 1]!;
    for (let other = at + 1; other < end; other++) pair(i, sorted[other]!);
  }
}
