const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/**
 * Numbers as binary16 of IEEE 754, each rounded to the nearest, ties to even.
 *
 * @param name what the error calls them
 * @throws RangeError if a finite one is too large
 */
export function encodeHalves(values: Float32Array, name: string): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    number[0] = values[i]!;
    const half = toHalf(bits[0]!);
    if ((half & 0x7fff) === 0x7c00 && Number.isFinite(values[i])) {
      throw new RangeError(
        `tensor '${name}' must hold numbers of at most ±65504 to be kept in half precision, got ${values[i]}; keep it in single precision`,
      );
    }
    halves[i] = half;
  }
  return halves;
}

/** The bits of the binary16 number nearest to a binary32 number. */
function toHalf(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const exponent = (single >>> 23) & 0xff;
  const fraction = single & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  // Of binary16 the exponent is biased by 15, of binary32 by 127.
  const biased = exponent - 127 + 15;
  if (biased >= 0x1f) return sign | 0x7c00;
  if (biased > 0) return sign | rounded((biased << 23) | fraction, 13);
  // Below 2⁻¹⁴ halves are whole multiples of 2⁻²⁴; below half of that they are 0.
  return biased < -10 ? sign : sign | rounded(0x800000 | fraction, 14 - biased);
}

/** A whole number without its last `count` bits, to the nearest, ties to even. A carry goes up. */
function rounded(value: number, count: number): number {
  const kept = value >>> count;
  const rest = value - kept * 2 ** count;
  const half = 2 ** (count - 1);
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept;
}
