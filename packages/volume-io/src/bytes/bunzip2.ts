/**
 * Inflates bzip2 data (all of them, with every checksum verified) into at most `most` bytes.
 * Written out here because the published decoders either bound nothing or cannot be bundled.
 * @throws {Error} if the data are damaged or hold more
 */
export function bunzip2(bytes: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const bits = bitReader(bytes);
  let output = new Uint8Array(Math.min(most, 2 ** 20));
  let length = 0;
  if (bits.read(24) !== 0x425a68) throw new Error('no bzip2 signature');
  const blockSize = 100_000 * (bits.read(8) - 0x30);
  if (!(blockSize >= 100_000 && blockSize <= 900_000)) throw new Error('no valid block size');
  const symbols = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    const magic = [bits.read(24), bits.read(24)];
    const stated = bits.read(32);
    if (magic[0] === 0x177245 && magic[1] === 0x385090) {
      if (stated !== combined) throw new Error('the checksum of all blocks differs');
      return output.slice(0, length);
    }
    if (magic[0] !== 0x314159 || magic[1] !== 0x265359)
      throw new Error('no block where one must be');
    if (bits.read(1) === 1) throw new Error('a block of a version before 0.9.5');
    const start = bits.read(24);
    const count = readBlock(bits, symbols);
    if (start >= count) throw new Error('a block starts nowhere');
    const packed = unsort(symbols, count, start);
    let end = length;
    eachRun(packed, (_byte, times) => {
      end += times;
    });
    if (end > most) throw new Error(`more than ${most} bytes follow`);
    if (end > output.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(2 * output.length, end)));
      larger.set(output);
      output = larger;
    }
    let at = length;
    eachRun(packed, (byte, times) => {
      output.fill(byte, at, at + times);
      at += times;
    });
    const crc = checksum(output, length, end);
    if (crc !== stated) throw new Error('the checksum of a block differs');
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    length = end;
  }
}

interface BitReader {
  /** The next `count` bits (at most 32), most significant first. */
  read(count: number): number;
}

function bitReader(bytes: Uint8Array): BitReader {
  let position = 0;
  let held = 0;
  let available = 0;
  const read = (count: number): number => {
    if (count > 24) return read(count - 16) * 2 ** 16 + read(16);
    while (available < count) {
      if (position >= bytes.length) throw new Error('the data are cut off');
      held = ((held << 8) | bytes[position++]!) >>> 0;
      available += 8;
    }
    available -= count;
    const value = (held >>> available) & (2 ** count - 1);
    held &= 2 ** available - 1;
    return value;
  };
  return { read };
}

/** Huffman and move-to-front decoding of one block: its bytes before the inverse transform. */
function readBlock(bits: BitReader, symbols: Uint32Array): number {
  const order: number[] = [];
  const groups = bits.read(16);
  for (let group = 0; group < 16; group++) {
    if (((groups >> (15 - group)) & 1) === 0) continue;
    const used = bits.read(16);
    for (let i = 0; i < 16; i++) if ((used >> (15 - i)) & 1) order.push(16 * group + i);
  }
  if (order.length === 0) throw new Error('a block uses no byte');
  const alphabet = order.length + 2;
  const tableCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount < 1) throw new Error('no code tables');
  const recent = Array.from({ length: tableCount }, (_, i) => i);
  const selectors = new Uint8Array(selectorCount);
  for (let i = 0; i < selectorCount; i++) {
    let rank = 0;
    while (bits.read(1) === 1) if (++rank >= tableCount) throw new Error('a selector is damaged');
    const [table] = recent.splice(rank, 1) as [number];
    recent.unshift(table);
    selectors[i] = table;
  }
  const tables = Array.from({ length: tableCount }, () => readTable(bits, alphabet));

  let count = 0;
  let run = 0;
  let weight = 1;
  const put = (byte: number, times: number) => {
    if (count + times > symbols.length) throw new Error('a block is longer than it may be');
    symbols.fill(byte, count, count + times);
    count += times;
  };
  for (let group = 0; ; group++) {
    if (group >= selectorCount) throw new Error('a block does not end');
    const table = tables[selectors[group]!]!;
    for (let i = 0; i < 50; i++) {
      const symbol = readSymbol(bits, table);
      if (symbol < 2) {
        run += weight << symbol;
        weight <<= 1;
        if (run > symbols.length) throw new Error('a run is longer than a block');
        continue;
      }
      if (run > 0) put(order[0]!, run);
      run = 0;
      weight = 1;
      if (symbol === alphabet - 1) return count;
      const [byte] = order.splice(symbol - 1, 1) as [number];
      order.unshift(byte);
      put(byte, 1);
    }
  }
}

interface CodeTable {
  /** Symbols in the order of their codes. */
  readonly sorted: Uint16Array;
  /** Codes of each length. */
  readonly counts: Uint16Array;
}

function readTable(bits: BitReader, alphabet: number): CodeTable {
  const lengths = new Uint8Array(alphabet);
  let length = bits.read(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (length < 1 || length > 20) throw new Error('a code length is damaged');
    }
    if (length < 1 || length > 20) throw new Error('a code length is damaged');
    lengths[symbol] = length;
  }
  const counts = new Uint16Array(21);
  for (const each of lengths) counts[each]!++;
  const sorted = Uint16Array.from(lengths.keys()).sort(
    (a, b) => lengths[a]! - lengths[b]! || a - b,
  );
  return { sorted, counts };
}

function readSymbol(bits: BitReader, { sorted, counts }: CodeTable): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= 20; length++) {
    code = 2 * code + bits.read(1);
    const count = counts[length]!;
    if (code - first < count) return sorted[index + code - first]!;
    index += count;
    first = 2 * (first + count);
  }
  throw new Error('a code is damaged');
}

/** Undoes the Burrows–Wheeler sorting: bytes in order, the outer run lengths still in them. */
function unsort(symbols: Uint32Array, count: number, start: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) starts[(symbols[i]! & 255) + 1]!++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
  // The upper 24 bits of each entry link to the next one.
  for (let i = 0; i < count; i++) symbols[starts[symbols[i]! & 255]!++]! |= i << 8;
  const bytes = new Uint8Array(count);
  let at = symbols[start]! >>> 8;
  for (let i = 0; i < count; i++) {
    const entry = symbols[at]!;
    bytes[i] = entry & 255;
    at = entry >>> 8;
  }
  return bytes;
}

/** Calls `put` for each run of the outer run-length code: four equal bytes are followed by a count. */
function eachRun(bytes: Uint8Array, put: (byte: number, times: number) => void): void {
  let previous = -1;
  let repeats = 0;
  for (const byte of bytes) {
    if (repeats === 4) {
      put(previous, byte);
      repeats = 0;
      previous = -1;
      continue;
    }
    put(byte, 1);
    repeats = byte === previous ? repeats + 1 : 1;
    previous = byte;
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let i = 0; i < 8; i++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function checksum(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let i = start; i < end; i++) crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ bytes[i]!]!;
  return ~crc >>> 0;
}
