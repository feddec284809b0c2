/** `bytes` bytes; the two ranges do not overlap. */
export function copyBytes(from: usize, to: usize, bytes: i32): void {
  if (bytes >= 256) {
    memory.copy(to, from, bytes);
    return;
  }
  let i = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

/** The part [a, b, c, bytes] of an array whose first three axes are `strideA`, `strideB`, `strideC` bytes apart. */
export function slice(
  from: usize, to: usize, a: i32, b: i32, c: i32, bytes: i32, strideA: i32, strideB: i32, strideC: i32,
): void {
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      let source = from + i * strideA + j * strideB;
      for (let k = 0; k < c; k++) {
        copyBytes(source, to, bytes);
        source += strideC;
        to += bytes;
      }
    }
  }
}

/** Each of `blocks` blocks of `bytes` bytes, `times` times in a row. */
export function repeat(from: usize, to: usize, blocks: i32, bytes: i32, times: i32): void {
  for (let i = 0; i < blocks; i++) {
    for (let t = 0; t < times; t++) {
      copyBytes(from, to, bytes);
      to += bytes;
    }
    from += bytes;
  }
}
