import { ndarray } from '@sts-net/views';
import { IGNORED, type Sample } from '@sts-net/volume-io';

/** Whether nothing counts on any pixel of a mask. */
export function isAllIgnored({ data, shape, stride, offset }: Sample['mask']): boolean {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (data[offset + row * rowStride + column * columnStride] !== IGNORED) return false;
    }
  }
  return true;
}

/** The mask with background where nothing counts; itself where there is no such pixel. */
export function withoutIgnored(mask: Sample['mask']): Sample['mask'] {
  const { data, shape, stride, offset } = mask;
  if (!data.includes(IGNORED)) return mask;
  const counting = data.map((label) => (label === IGNORED ? 0 : label));
  return ndarray(counting, [...shape], [...stride], offset);
}

/** The sample as `@sts-net/amplify` takes it, told which label is none. */
export function withIgnore(sample: Sample): Sample & { readonly ignore: number } {
  return { ...sample, ignore: IGNORED };
}
