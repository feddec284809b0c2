import type { NdArray } from '@sts-net/views';

/**
 * Indices `row · width + column` of the pixels that are not background, in reading order.
 *
 * @param ignore label of the pixels on which nothing counts
 */
export function lesionPixels(mask: NdArray<Uint8Array>, ignore?: number): number[] {
  const [height, width] = mask.shape as [number, number];
  const pixels: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const label = mask.get(row, column);
      if (label !== 0 && label !== ignore) pixels.push(row * width + column);
    }
  }
  return pixels;
}

/** The 8-connected lesion that holds pixel `start`, as such indices in reading order. */
export function lesionAt(mask: NdArray<Uint8Array>, start: number, ignore?: number): number[] {
  const [height, width] = mask.shape as [number, number];
  const seen = new Set([start]);
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const row = Math.floor(at / width);
    const column = at % width;
    for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
        const next = r * width + c;
        const label = mask.get(r, c);
        if (label === 0 || label === ignore || seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
  }
  return [...seen].sort((a, b) => a - b);
}
