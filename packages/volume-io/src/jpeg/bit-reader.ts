/** Reads the entropy-coded bits of one JPEG scan. */
export interface ScanBits {
  /** The next bit. @throws {Error} where the data end */
  bit(): number;
  /** The next `count` bits, at most 16. */
  bits(count: number): number;
  /** The next symbol of a Huffman table. */
  symbol(table: HuffmanTable): number;
  /** Drops what is left of a byte and passes the restart marker that must follow. */
  restart(): void;
  /** Where the bytes after the scan start. */
  end(): number;
}

/** A Huffman table: symbols by code, and a short cut for codes of at most 8 bits. */
export interface HuffmanTable {
  readonly symbols: Uint8Array;
  /** Codes of each length from 1 to 16. */
  readonly counts: Uint8Array;
  /** For the next 8 bits: code length · 256 + symbol, 0 if the code is longer. */
  readonly quick: Uint16Array;
}

/** Builds the table that a DHT segment describes. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const quick = new Uint16Array(256);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < counts[length - 1]!; i++) {
      if (code >= 1 << length) throw new Error('a Huffman table has too many codes');
      if (length <= 8) {
        const from = code << (8 - length);
        quick.fill(length * 256 + symbols[index]!, from, from + (1 << (8 - length)));
      }
      code++;
      index++;
    }
    code <<= 1;
  }
  return { symbols, counts, quick };
}

export function scanBits(data: Uint8Array, start: number): ScanBits {
  let position = start;
  let held = 0;
  let available = 0;
  /** How many of the bits held are none of the data's. */
  let ahead = 0;
  const fill = (count: number) => {
    while (available < count) {
      let byte = data[position];
      const isMarker = byte === 0xff && data[position + 1] !== 0;
      if (byte === undefined || isMarker) {
        // Looking ahead for a short code may reach beyond the end.
        byte = 0;
        ahead += 8;
      } else {
        position += byte === 0xff ? 2 : 1;
      }
      held = ((held & 0xffff) << 8) | byte;
      available += 8;
    }
  };
  const take = (count: number): number => {
    available -= count;
    if (available < ahead) throw new Error('the data of a scan end too early');
    return (held >>> available) & ((1 << count) - 1);
  };
  const bits = (count: number): number => {
    if (count === 0) return 0;
    if (count > 8) return (bits(count - 8) << 8) | bits(8);
    fill(count);
    return take(count);
  };
  return {
    bit: () => bits(1),
    bits,
    symbol({ symbols, counts, quick }) {
      fill(8);
      const entry = quick[(held >>> (available - 8)) & 255]!;
      if (entry !== 0) {
        take(entry >> 8);
        return entry & 255;
      }
      let code = 0;
      let first = 0;
      let index = 0;
      for (let length = 1; length <= 16; length++) {
        code = (code << 1) | bits(1);
        const count = counts[length - 1]!;
        if (code - first < count) return symbols[index + code - first]!;
        index += count;
        first = (first + count) << 1;
      }
      throw new Error('a Huffman code is damaged');
    },
    restart() {
      held = 0;
      available = 0;
      ahead = 0;
      while (data[position] === 0xff && data[position + 1] === 0xff) position++;
      if (data[position] !== 0xff || (data[position + 1]! & 0xf8) !== 0xd0) {
        throw new Error('a restart marker is missing');
      }
      position += 2;
    },
    end: () => position,
  };
}
