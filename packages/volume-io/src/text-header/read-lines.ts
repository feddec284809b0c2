import type { ByteSource } from '../bytes/byte-source.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';

/** The most lines and bytes that a text header may have, all together. */
const MAX_LINES = 10_000;
const MAX_HEADER_BYTES = 2 ** 22;

/** Reads lines of text up to the first for which `isLast` holds, or the end. */
export async function readLines(
  source: ByteSource,
  name: string,
  isLast: (line: string) => boolean,
): Promise<string[]> {
  const lines: string[] = [];
  let left = MAX_HEADER_BYTES;
  for (;;) {
    const bytes = await source.readLine(left);
    if (bytes === undefined) return lines;
    left -= bytes.length + 1;
    if (left < 0) {
      throw new VolumeFormatError(
        `${name}: the header must have at most ${MAX_HEADER_BYTES} bytes, got more; the file is damaged`,
      );
    }
    const line = new TextDecoder().decode(bytes);
    lines.push(line);
    if (isLast(line)) return lines;
    if (lines.length >= MAX_LINES) {
      throw new VolumeFormatError(
        `${name}: the header must have at most ${MAX_LINES} lines, got more; the file is damaged`,
      );
    }
  }
}

/** Whole numbers from 1 in a text field. */
export function positiveIntegers(text: string): number[] | undefined {
  const numbers = text.trim().split(/\s+/).map(Number);
  return numbers.every((n) => Number.isSafeInteger(n) && n > 0) ? numbers : undefined;
}
