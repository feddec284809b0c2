/** Bytes that can be read from any place, so that a large file need not be in memory. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `offset` on.
   *
   * @throws RangeError naming the source, if it does not have them
   */
  readonly read: (target: Uint8Array, offset: number) => void;
}

/** Bytes as they are, or as a source. @param kind what errors call bytes, for example `safetensors bytes` */
export function byteSourceOf(source: Uint8Array | ByteSource, kind: string): ByteSource {
  return source instanceof Uint8Array ? memorySource(source, kind) : source;
}

function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read(target, offset) {
      requireBytes({ name, size: bytes.length }, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

/** @throws RangeError naming the source, if it has not `length` bytes from `offset` on */
export function requireBytes(
  { name, size }: Pick<ByteSource, 'name' | 'size'>,
  offset: number,
  length: number,
): void {
  if (!(offset >= 0 && offset + length <= size)) throw endsEarly(name, size);
}

function endsEarly(name: string, size: number): RangeError {
  return new RangeError(
    `${name} must be complete, but ends after ${size} bytes; fetch or write it again`,
  );
}
