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
    const columns = taps(width, component.h, frame.maxH);
    const rows = taps(height, component.v, frame.maxV);
    const w = Math.ceil((width * component.h) / frame.maxH);
    const h = Math.ceil((height * component.v) / frame.maxV);
    const line = 8 * component.stride;
    for (let y = 0; y < height; y++) {
      const [y0, y1, fy] = [
        Math.max(0, rows.low[y]!),
        Math.min(h - 1, rows.low[y]! + 1),
        rows.part[y]!,
      ];
      for (let x = 0; x < width; x++) {
        const [x0, x1, fx] = [
          Math.max(0, columns.low[x]!),
          Math.min(w - 1, columns.low[x]! + 1),
          columns.part[x]!,
        ];
        const value =
          fx === 0 && fy === 0
            ? plane[y0 * line + x0]!
            : (1 - fy) * ((1 - fx) * plane[y0 * line + x0]! + fx * plane[y0 * line + x1]!) +
              fy * ((1 - fx) * plane[y1 * line + x0]! + fx * plane[y1 * line + x1]!);
        samples[(y * width + x) * count + c] = Math.floor(value + 0.5);
      }
    }
  }
  return samples;
}

/** Where each pixel lies between the samples of a component: samples are at the centres of pixels. */
function taps(length: number, factor: number, most: number) {
  const low = new Int32Array(length);
  const part = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = factor === most ? i : ((i + 0.5) * factor) / most - 0.5;
    low[i] = Math.floor(at);
    part[i] = at - low[i]!;
  }
  return { low, part };
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
    // Rows of coefficients to columns of samples, then the other axis.
    for (let v = 0; v < 8; v++) {
      for (let x = 0; x < 8; x++) {
        let sum = 0;
        for (let u = 0; u < 8; u++) {
          const coefficient = coefficients[at + 8 * v + u]!;
          if (coefficient !== 0) sum += coefficient * table[8 * v + u]! * BASIS[8 * u + x]!;
        }
        half[8 * v + x] = sum;
      }
    }
    const start = Math.floor(block / stride) * 8 * line + (block % stride) * 8;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        let sum = level + 0.5;
        for (let v = 0; v < 8; v++) sum += half[8 * v + x]! * BASIS[8 * v + y]!;
        plane[start + y * line + x] = Math.min(most, Math.max(0, Math.floor(sum)));
      }
    }
  }
  return plane;
}
