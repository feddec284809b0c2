import type { PrefixCode } from './run-codes.ts';

/** Zeros before the 1 that ends an end-of-line mark. */
const MARK_ZEROS = 11;

/** Reads facsimile data bit by bit, the highest of a byte first. */
export interface FaxBits {
  /** The next `count` bits. @throws {Error} where the data end */
  read(count: number): number;
  /** What the next bits mean in a code. @throws {Error} if they mean nothing, or the data end */
  value(code: PrefixCode): number;
  /** Passes end-of-line marks with the zeros before them; whether there was any. */
  passMarks(): boolean;
  /** Goes on with the next whole byte. */
  toByte(): void;
}

export function faxBits(data: Uint8Array): FaxBits {
  const most = 8 * data.length;
  let position = 0;
  const bit = (): number => {
    if (position >= most) throw new Error('its facsimile data are cut off');
    const value = (data[position >> 3]! >> (7 - (position & 7))) & 1;
    position++;
    return value;
  };
  return {
    read(count) {
      let value = 0;
      for (let i = 0; i < count; i++) value = 2 * value + bit();
      return value;
    },
    value({ values, longest }) {
      let key = 1;
      for (let length = 1; length <= longest; length++) {
        key = 2 * key + bit();
        if (values[key]! > 0) return values[key]! - 1;
      }
      throw new Error('a facsimile code means nothing');
    },
    passMarks() {
      const start = position;
      let zeros = 0;
      while (position < most && bit() === 0) zeros++;
      if (zeros >= MARK_ZEROS && position < most) return true;
      position = start;
      return false;
    },
    toByte() {
      position = 8 * Math.ceil(position / 8);
    },
  };
}
