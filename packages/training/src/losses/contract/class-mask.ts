import type { Truth } from './loss.ts';

/** Where a sample's truth is a class: 1 there and 0 elsewhere, `[height, width]` in C order. */
export function classMask(
  { labels, height, width, classes }: Truth,
  sample: number,
  c: number,
): Uint8Array {
  const pixels = height * width;
  const mask = new Uint8Array(pixels);
  for (let i = 0, at = sample * pixels * classes + c; i < pixels; i++, at += classes) {
    mask[i] = labels[at] === 1 ? 1 : 0;
  }
  return mask;
}
