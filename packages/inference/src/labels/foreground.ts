import { type NdArray, ndarray } from '@sts-net/views';

/** Labels as 0 (background) and 1 (any target): what the protocol of the paper compares. */
export function foregroundOf(labels: NdArray<Uint8Array>): NdArray<Uint8Array> {
  const { data, shape, stride, offset } = labels;
  if (data.every((label) => label <= 1)) return labels;
  const binary = data.map((label) => (label === 0 ? 0 : 1));
  return ndarray(binary, shape, stride, offset);
}
