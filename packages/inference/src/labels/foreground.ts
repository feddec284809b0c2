import { type NdArray, ndarray } from '@sts-net/views';

/** Labels as 0 (background) and 1 (any target): what the protocol of the paper compares. */
export function foregroundOf(labels: NdArray<Uint8Array>): NdArray<Uint8Array> {
  const { data, shape, stride, offset } = labels;
  const binary = new Uint8Array(data.length);
  let isBinary = true;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    binary[i] = 1;
    if (data[i] !== 1) isBinary = false;
  }
  return isBinary ? labels : ndarray(binary, shape, stride, offset);
}
