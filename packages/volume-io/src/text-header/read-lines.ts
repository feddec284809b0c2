import type { ByteSource } from '../bytes/byte-source.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';

/** The most lines and bytes that a text header may have. */
const MAX_LINES = 10_000;
const MAX_LINE_BYTES = 2 ** 20;

/** Reads lines of text byte by byte up to the first for which `isLast` holds, or the end. */
export async function readLines(
  source: ByteSource,
  name: string,
  isLast: (line: string) => boolean,
): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await readLine(source, name);
    if (line === undefined) return lines;
    lines.push(line);
    if (isLast(line)) return lines;
    if (lines.length >= MAX_LINES) {
      throw new VolumeFormatError(
        `${name}: the header must have at most ${MAX_LINES} lines, got more; the file is damaged`,
      );
    }
  }
}

/** The next line without its end, or `undefined` where the data end. */
async function readLine(source: ByteSource, name: string): Promise<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const [byte] = await source.read(1);
    if (byte === undefined) {
      if (bytes.length === 0) return undefined;
      break;
    }
    if (byte === 10) break;
    bytes.push(byte);
    if (bytes.length > MAX_LINE_BYTES) {
      throw new VolumeFormatError(
        `${name}: a line of the header must have at most ${MAX_LINE_BYTES} bytes, got more; the file is damaged`,
      );
    }
  }
  if (bytes.at(-1) === 13) bytes.pop();
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Whole numbers from 1 in a text field. */
export function positiveIntegers(text: string): number[] | undefined {
  const numbers = text.trim().split(/\s+/).map(Number);
  return numbers.every((n) => Number.isSafeInteger(n) && n > 0) ? numbers : undefined;
}
