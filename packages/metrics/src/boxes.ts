import type { Box, Components } from './connected-components.ts';

/** The smallest box around boxes. */
export function boxAround(boxes: readonly Box[]): Box {
  return boxes.reduce((all, { start, end }) => ({
    start: all.start.map((value, axis) => Math.min(value, start[axis]!)),
    end: all.end.map((value, axis) => Math.max(value, end[axis]!)),
  }));
}

/** The lengths of a box. */
export function sizeOf({ start, end }: Box): number[] {
  return end.map((to, axis) => to - start[axis]!);
}

/** The part of a mask of some components that lies in a box. */
export function cutLabels(
  { labels, shape }: Pick<Components, 'labels' | 'shape'>,
  wanted: readonly number[],
  box: Box,
): Uint8Array {
  const size = sizeOf(box);
  const kept = new Set(wanted);
  const mask = new Uint8Array(size.reduce((a, b) => a * b));
  for (let i = 0; i < mask.length; i++) {
    let rest = i;
    let at = 0;
    for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
      at += step * (box.start[axis]! + (rest % size[axis]!));
      rest = Math.floor(rest / size[axis]!);
      step *= shape[axis]!;
    }
    mask[i] = kept.has(labels[at]!) ? 1 : 0;
  }
  return mask;
}
