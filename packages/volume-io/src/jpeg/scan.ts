import { type HuffmanTable, type ScanBits, scanBits } from './bit-reader.ts';
import type { JpegComponent, JpegFrame } from './frame.ts';

/** Where each coefficient of a zigzag sequence lies in its block. */
export const ZIGZAG: Uint8Array = Uint8Array.from(
  Array.from({ length: 64 }, (_, i) => [i >> 3, i & 7] as const)
    .map(([row, column]) => ({ row, column, diagonal: row + column }))
    .sort(
      (a, b) => a.diagonal - b.diagonal || (a.diagonal % 2 === 0 ? b.row - a.row : a.row - b.row),
    )
    .map(({ row, column }) => 8 * row + column),
);

export interface ScanTables {
  readonly dc: readonly (HuffmanTable | undefined)[];
  readonly ac: readonly (HuffmanTable | undefined)[];
  readonly restartInterval: number;
}

/** What one component does in a scan. */
interface Part {
  readonly component: JpegComponent;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  prediction: number;
}

/**
 * Decodes one scan into the frame's coefficients (ITU-T T.81, F.2 and G.2).
 * @returns where the bytes after the scan start
 */
export function decodeScan(
  frame: JpegFrame,
  header: Uint8Array,
  tables: ScanTables,
  data: Uint8Array,
  start: number,
): number {
  const count = header[0]!;
  if (!(count >= 1 && count <= 4) || header.length < 4 + 2 * count) {
    throw new Error('a scan header is damaged');
  }
  const parts: Part[] = Array.from({ length: count }, (_, i) => {
    const component = frame.components.find(({ id }) => id === header[1 + 2 * i]);
    if (component === undefined) throw new Error('a scan is of no component of the frame');
    const selectors = header[2 + 2 * i]!;
    return {
      component,
      dc: tables.dc[selectors >> 4],
      ac: tables.ac[selectors & 15],
      prediction: 0,
    };
  });
  const [first, last, approximation] = header.subarray(1 + 2 * count) as unknown as number[];
  const high = approximation! >> 4;
  const low = approximation! & 15;
  const { isProgressive } = frame;
  const isDc = first === 0 && last === 0;
  const isBand = first! > 0 && first! <= last! && last! < 64 && count === 1;
  // Some writers fill these three bytes with anything where they have no meaning.
  if (isProgressive && !((isDc || isBand) && low < 14)) {
    throw new Error('a scan header is damaged');
  }
  const bits = scanBits(data, start);
  const state = { run: 0 };
  const block = (part: Part, row: number, column: number) => {
    const at = 64 * (row * part.component.stride + column);
    const { coefficients } = part.component;
    if (!isProgressive) wholeBlock(bits, part, coefficients, at);
    else if (isDc && high === 0) firstDc(bits, part, coefficients, at, low);
    else if (isDc) coefficients[at]! |= bits.bit() << low;
    else if (high === 0) firstBand(bits, part, coefficients, at, first!, last!, low, state);
    else refineBand(bits, part, coefficients, at, first!, last!, low, state);
  };
  const single = parts.length === 1 ? parts[0]! : undefined;
  const { blocksAcross, blocksDown } = single?.component ?? { blocksAcross: 0, blocksDown: 0 };
  const units = single ? blocksAcross * blocksDown : frame.mcusAcross * frame.mcusDown;
  for (let unit = 0; unit < units; unit++) {
    if (tables.restartInterval > 0 && unit > 0 && unit % tables.restartInterval === 0) {
      bits.restart();
      state.run = 0;
      for (const part of parts) part.prediction = 0;
    }
    if (single) {
      block(single, Math.floor(unit / blocksAcross), unit % blocksAcross);
      continue;
    }
    const mcuRow = Math.floor(unit / frame.mcusAcross);
    const mcuColumn = unit % frame.mcusAcross;
    for (const part of parts) {
      const { h, v } = part.component;
      for (let y = 0; y < v; y++) {
        for (let x = 0; x < h; x++) block(part, mcuRow * v + y, mcuColumn * h + x);
      }
    }
  }
  return bits.end();
}

/** A number of `size` bits whose sign is in its first bit (T.81, F.2.2.1). */
function signed(bits: ScanBits, size: number): number {
  if (size === 0) return 0;
  if (size > 15) throw new Error('a coefficient is too large');
  const value = bits.bits(size);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

function need(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new Error('a Huffman table is missing');
  return table;
}

function wholeBlock(bits: ScanBits, part: Part, into: Int16Array, at: number): void {
  part.prediction += signed(bits, bits.symbol(need(part.dc)));
  into[at] = part.prediction;
  const table = need(part.ac);
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(table);
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size === 0) {
      if (run < 15) return;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw new Error('a block has too many coefficients');
    into[at + ZIGZAG[k]!] = signed(bits, size);
  }
}

function firstDc(bits: ScanBits, part: Part, into: Int16Array, at: number, low: number): void {
  part.prediction += signed(bits, bits.symbol(need(part.dc)));
  into[at] = part.prediction << low;
}

function firstBand(
  bits: ScanBits,
  part: Part,
  into: Int16Array,
  at: number,
  first: number,
  last: number,
  low: number,
  state: { run: number },
): void {
  if (state.run > 0) {
    state.run--;
    return;
  }
  const table = need(part.ac);
  for (let k = first; k <= last; k++) {
    const symbol = bits.symbol(table);
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size === 0) {
      if (run < 15) {
        state.run = (1 << run) + bits.bits(run) - 1;
        return;
      }
      k += 15;
      continue;
    }
    k += run;
    if (k > last) throw new Error('a block has too many coefficients');
    into[at + ZIGZAG[k]!] = signed(bits, size) << low;
  }
}

/** One more bit for each coefficient of a band, and new coefficients of that size (T.81, G.1.2.3). */
function refineBand(
  bits: ScanBits,
  part: Part,
  into: Int16Array,
  at: number,
  first: number,
  last: number,
  low: number,
  state: { run: number },
): void {
  const step = 1 << low;
  const refine = (index: number) => {
    const value = into[index]!;
    if (bits.bit() === 1 && (Math.abs(value) & step) === 0)
      into[index] = value + (value > 0 ? step : -step);
  };
  let k = first;
  if (state.run === 0) {
    const table = need(part.ac);
    for (; k <= last; k++) {
      const symbol = bits.symbol(table);
      let run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) === 0) {
        if (run < 15) {
          state.run = (1 << run) + bits.bits(run);
          break;
        }
      } else if ((symbol & 15) === 1) {
        value = bits.bit() === 1 ? step : -step;
      } else {
        throw new Error('a coefficient grows by more than a bit');
      }
      for (; k <= last; k++) {
        const index = at + ZIGZAG[k]!;
        if (into[index] !== 0) refine(index);
        else if (run-- === 0) {
          if (value !== 0) into[index] = value;
          break;
        }
      }
    }
  }
  if (state.run > 0) {
    for (; k <= last; k++) {
      const index = at + ZIGZAG[k]!;
      if (into[index] !== 0) refine(index);
    }
    state.run--;
  }
}
