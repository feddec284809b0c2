import type { Truth } from './loss.ts';

/** Where a sample's truth is known: 1 for the pixels that count, `[height, width]` in C order. */
export function countedMask({ labels, height, width, classes }: Truth, sample: number): Uint8Array {
  const counted = new Uint8Array(height * width);
  for (let i = 0, at = sample * counted.length * classes; i < counted.length; i++) {
    for (let c = 0; c < classes; c++, at++) if (labels[at]! > 0) counted[i] = 1;
  }
  return counted;
}

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
