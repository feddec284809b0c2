import { type FaxBits, faxBits } from './fax-bits.ts';
import { prefixCode, runCodes } from './run-codes.ts';

/** How lines are coded: ITU-T T.4 (Group 3) along lines or also across them, or T.6 (Group 4). */
export interface FaxOptions {
  readonly width: number;
  readonly rows: number;
  /**
   * - `lines`: each line by itself, from a byte of its own (TIFF's compression 2);
   * - `group 3`: lines after an end-of-line mark each, which says whether the line before is needed;
   * - `group 4`: each line by the one before, without marks.
   */
  readonly coding: 'lines' | 'group 3' | 'group 4';
  /** Whether marks of Group 3 say how the next line is coded. */
  readonly twoDimensional: boolean;
}

/** What a line does next (T.4, table 4): pass, horizontal, or a shift of −3 to 3 and `VERTICAL`. */
const PASS = 0;
const HORIZONTAL = 1;
const VERTICAL = 10;
const modes = prefixCode(
  new Map([
    ['0001', PASS],
    ['001', HORIZONTAL],
    ['1', VERTICAL],
    ['011', VERTICAL + 1],
    ['000011', VERTICAL + 2],
    ['0000011', VERTICAL + 3],
    ['010', VERTICAL - 1],
    ['000010', VERTICAL - 2],
    ['0000010', VERTICAL - 3],
  ]),
);

/**
 * Decodes facsimile data: 1 bit a pixel, 1 is black, the first in the highest bit; lines start at bytes.
 * @throws {Error} if the data are damaged, end too early or are of the uncompressed mode
 */
export function decodeFax(data: Uint8Array, options: FaxOptions): Uint8Array {
  const { width, rows, coding, twoDimensional } = options;
  const lineBytes = Math.ceil(width / 8);
  const output = new Uint8Array(rows * lineBytes);
  const bits = faxBits(data);
  /** Where the colour changes in the line before and in this one, from white to black first. */
  let reference = new Int32Array(width + 8).fill(width);
  let changes = new Int32Array(width + 8);
  for (let row = 0; row < rows; row++) {
    let isAcross = coding === 'group 4';
    if (coding === 'lines') bits.toByte();
    else if (coding === 'group 3') {
      const isMarked = bits.passMarks();
      if (twoDimensional && !isMarked) throw new Error('a line has no end-of-line mark before it');
      isAcross = twoDimensional && bits.read(1) === 0;
    }
    const count = isAcross
      ? lineAcross(bits, width, reference, changes)
      : lineAlone(bits, width, changes);
    changes.fill(width, count);
    for (let i = 0; i < count; i += 2) {
      blacken(output, row * lineBytes, changes[i]!, changes[i + 1]!);
    }
    [reference, changes] = [changes, reference];
  }
  return output;
}

/** A run's length. */
function readRun(bits: FaxBits, colour: number): number {
  for (let run = 0; ; ) {
    const part = bits.value(runCodes[colour]!);
    run += part;
    if (part < 64) return run;
  }
}

/** A line by itself; how often its colour changes. */
function lineAlone(bits: FaxBits, width: number, changes: Int32Array): number {
  let at = 0;
  let count = 0;
  while (at < width) {
    at += readRun(bits, count % 2);
    if (at > width || count >= width + 2) throw new Error('a line is too long');
    changes[count++] = at;
  }
  return count;
}

/** A line by the one before it (T.4, 4.2.1.3); how often its colour changes. */
function lineAcross(
  bits: FaxBits,
  width: number,
  reference: Int32Array,
  changes: Int32Array,
): number {
  /** Where the part starts that is coded next (a0). */
  let at = 0;
  let count = 0;
  let below = 0;
  while (at < width) {
    // b1: the next change above to the other colour, to the right of what was coded.
    while (below > 0 && reference[below - 1]! > at) below--;
    const isStart = at === 0 && count === 0;
    while (!isStart && reference[below]! < width && reference[below]! <= at) below++;
    if (below % 2 !== count % 2) below++;
    const above = reference[below]!;
    const mode = bits.value(modes);
    if (mode === PASS) {
      at = reference[below + 1]!;
      continue;
    }
    if (count + 2 > width + 2) throw new Error('a line is too long');
    if (mode === HORIZONTAL) {
      const first = at + readRun(bits, count % 2);
      const second = first + readRun(bits, (count + 1) % 2);
      if (second > width) throw new Error('a line is too long');
      changes[count++] = first;
      changes[count++] = second;
      at = second;
      continue;
    }
    const change = above + mode - VERTICAL;
    if (change < at || change > width) throw new Error('a change lies before the one before it');
    changes[count++] = change;
    at = change;
  }
  return count;
}

/** Sets the bits from `start` to before `end`. */
function blacken(bytes: Uint8Array, offset: number, start: number, end: number): void {
  if (start >= end) return;
  const first = offset + (start >> 3);
  const last = offset + ((end - 1) >> 3);
  const head = 0xff >> (start & 7);
  const tail = (0xff00 >> (((end - 1) & 7) + 1)) & 0xff;
  if (first === last) bytes[first]! |= head & tail;
  else {
    bytes[first]! |= head;
    bytes.fill(0xff, first + 1, last);
    bytes[last]! |= tail;
  }
}
