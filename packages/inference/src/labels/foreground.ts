import { type NdArray, ndarray } from '@sts-net/views';

/** Labels as 0 (background) and 1 (any target): what the protocol of the paper compares. */
export function foregroundOf(labels: NdArray<Uint8Array>): NdArray<Uint8Array> {
  const { data, shape, stride, offset } = labels;
  if (isBinary(data)) return labels;
  const binary = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) binary[i] = 1;
  return ndarray(binary, shape, stride, offset);
}

function isBinary(labels: Uint8Array): boolean {
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 1) return false;
  return true;
}
