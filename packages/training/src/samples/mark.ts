import { ndarray } from '@sts-net/views';
import type { Sample } from '@sts-net/volume-io';

/**
 * Label of the pixels by which a place is found again in what becomes of its sample: whatever turns,
 * moves or cuts out the mask takes it along. No class has it: there are at most 254 where places are
 * marked.
 */
export const MARK = 254;

/** The sample with the background within a pixel of a place marked. */
export function marked(sample: Sample, [row, column]: readonly [number, number]): Sample {
  const [rows, columns] = sample.mask.shape as [number, number];
  const mask = ndarray(new Uint8Array(rows * columns), [rows, columns]);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const label = sample.mask.get(r, c);
      const isNear = Math.abs(r - row) <= 1 && Math.abs(c - column) <= 1;
      mask.set(r, c, isNear && label === 0 ? MARK : label);
    }
  }
  return { ...sample, mask };
}

/** The middle one of the marked pixels, in reading order; undefined where there is none. */
export function markedPlace(
  mask: Sample['mask'],
): readonly [row: number, column: number] | undefined {
  const [rows, columns] = mask.shape as [number, number];
  const places: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (mask.get(row, column) === MARK) places.push([row, column]);
    }
  }
  return places[places.length >> 1];
}

/** The sample with background where it was marked. */
export function unmarked(sample: Sample): Sample {
  const { data, shape, stride, offset } = sample.mask;
  if (!data.includes(MARK)) return sample;
  const labels = data.map((label) => (label === MARK ? 0 : label));
  return { ...sample, mask: ndarray(labels, [...shape], [...stride], offset) };
}
