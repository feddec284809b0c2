/** A plain `Uint8Array`: the `slice` of Node's `Buffer` shares memory with it. */
export function plainBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  return bytes instanceof ArrayBuffer
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
