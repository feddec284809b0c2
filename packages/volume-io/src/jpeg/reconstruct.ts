import type { JpegComponent, JpegFrame } from './frame.ts';

/** cos((2x + 1) u π / 16) · c(u) / 2 at [8 u + x] (T.81, A.3.3). */
const BASIS = Float32Array.from({ length: 64 }, (_, i) => {
  const [u, x] = [i >> 3, i & 7];
  return (Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)) / 2;
});

/** The samples of a frame at its full size, row by row, the channels of a pixel together. */
export function reconstruct(
  frame: JpegFrame,
  quantization: readonly (Float32Array | undefined)[],
): Uint8Array | Uint16Array {
  const { width, height, components, precision } = frame;
  const count = components.length;
  const samples = new (precision === 8 ? Uint8Array : Uint16Array)(width * height * count);
  for (const [c, component] of components.entries()) {
    const table = quantization[component.quantization];
    if (table === undefined) throw new Error('a quantization table is missing');
    const plane = planeOf(component, table, precision);
    // Where samples are too far apart, libjpeg repeats them.
    const isSmooth = frame.maxH <= 2 * component.h && frame.maxV <= 2 * component.v;
    const columns = taps(width, component.h, frame.maxH, isSmooth);
    const rows = taps(height, component.v, frame.maxV, isSmooth);
    const line = 8 * component.stride;
    let to = c;
    for (let y = 0; y < height; y++) {
      const above = rows.low[y]! * line;
      const below = rows.high[y]! * line;
      const fy = rows.part[y]!;
      for (let x = 0; x < width; x++, to += count) {
        const left = columns.low[x]!;
        const fx = columns.part[x]!;
        let value = plane[above + left]!;
        if (fx !== 0 || fy !== 0) {
          const right = columns.high[x]!;
          const upper = value + fx * (plane[above + right]! - value);
          const lower = plane[below + left]!;
          value = upper + fy * (lower + fx * (plane[below + right]! - lower) - upper);
        }
        samples[to] = value + 0.5;
      }
    }
  }
  return samples;
}

/** Where each pixel lies between the samples of a component, which are at the centres of pixels. */
function taps(length: number, factor: number, most: number, isSmooth: boolean) {
  const low = new Int32Array(length);
  const high = new Int32Array(length);
  const part = new Float32Array(length);
  const last = Math.ceil((length * factor) / most) - 1;
  for (let i = 0; i < length; i++) {
    const place = ((i + 0.5) * factor) / most;
    const at = factor === most ? i : isSmooth ? place - 0.5 : Math.floor(place);
    const floor = Math.floor(at);
    low[i] = Math.max(0, floor);
    high[i] = Math.min(last, floor + 1);
    part[i] = at - floor;
  }
  return { low, high, part };
}

/** Inverse transform of all blocks: samples from 0 to 2^precision − 1, rounded. */
function planeOf(component: JpegComponent, table: Float32Array, precision: number): Float32Array {
  const { stride, coefficients } = component;
  const line = 8 * stride;
  const plane = new Float32Array(coefficients.length);
  const half = new Float32Array(64);
  const most = 2 ** precision - 1;
  const level = 2 ** (precision - 1);
  for (let block = 0; 64 * block < coefficients.length; block++) {
    const at = 64 * block;
    // Rows of coefficients to columns of samples, then the other axis; most coefficients are 0.
    half.fill(0);
    let rows = 0;
    for (let i = 0; i < 64; i++) {
      const coefficient = coefficients[at + i]!;
      if (coefficient === 0) continue;
      const value = coefficient * table[i]!;
      const v = i & 56;
      const u = (i & 7) << 3;
      rows = (v >> 3) + 1;
      for (let x = 0; x < 8; x++) half[v + x]! += value * BASIS[u + x]!;
    }
    const start = Math.floor(block / stride) * 8 * line + (block % stride) * 8;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        let sum = level + 0.5;
        for (let v = 0; v < rows; v++) sum += half[8 * v + x]! * BASIS[8 * v + y]!;
        plane[start + y * line + x] = Math.min(most, Math.max(0, Math.floor(sum)));
      }
    }
  }
  return plane;
}
