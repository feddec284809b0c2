import { VolumeFormatError } from '../bytes/volume-format-error.ts';

const MAX_PAGES = 10_000;

/** One image of a TIFF file, before it is decoded. */
export interface TiffPage {
  /** @throws {VolumeFormatError} if its fields do not fit one another or what can be decoded */
  check(): void;
  /** Where the kinds of extra samples (such as alpha) are stated, if they are. */
  readonly extraSamplesAt: number | undefined;
  /** Where entries start that lead to tables of metadata, which nothing here needs. */
  readonly metadata: readonly number[];
}

/** Bytes of a value by its type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};
const EXIF = 0x8769;
const GPS = 0x8825;

/** The most that one byte can stand for: raw, LZW, deflate. */
const EXPANSION: Readonly<Record<number, number>> = { 1: 1, 5: 2800, 8: 1033, 32946: 1033 };

/**
 * Follows the chain of images, which a damaged file may close to a ring, and checks sizes before
 * anything is allocated for them.
 */
export function readTiffPages(bytes: Uint8Array, name: string): TiffPage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = bytes[0] === 0x49;
  const fail = (text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}; the file is damaged or not supported`);
  };
  const u16 = (at: number) =>
    at + 2 <= bytes.length ? view.getUint16(at, little) : fail('it is cut off');
  const u32 = (at: number) =>
    at + 4 <= bytes.length ? view.getUint32(at, little) : fail('it is cut off');
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  for (let at = u32(4); at !== 0; ) {
    if (seen.has(at) || pages.length >= MAX_PAGES) fail('its images do not end');
    seen.add(at);
    const fields = new Map<number, number[]>();
    let extraSamplesAt: number | undefined;
    const metadata: number[] = [];
    const entries = u16(at);
    for (let i = 0; i < entries; i++) {
      const entry = at + 2 + 12 * i;
      const type = u16(entry + 2);
      const count = u32(entry + 4);
      const size = TYPE_BYTES[type];
      if (size === undefined) continue;
      const where = size * count > 4 ? u32(entry + 8) : entry + 8;
      if (where + size * count > bytes.length)
        fail(`field ${u16(entry)} goes beyond the file's end`);
      const tag = u16(entry);
      if (tag === EXIF || tag === GPS) metadata.push(entry);
      // Sizes and places are in these two types.
      if (type !== 3 && type !== 4) continue;
      if (tag === 338 && size === 2 && count > 0) extraSamplesAt = where;
      const read = size === 2 ? u16 : u32;
      fields.set(
        tag,
        Array.from({ length: count }, (_, k) => read(where + size * k)),
      );
    }
    pages.push({ extraSamplesAt, metadata, check: () => checkPage(fields, bytes.length, fail) });
    at = u32(at + 2 + 12 * entries);
  }
  if (pages.length === 0) fail('it holds no image');
  return pages;
}

function checkPage(
  fields: ReadonlyMap<number, readonly number[]>,
  fileSize: number,
  fail: (text: string) => never,
): void {
  const field = (tag: number, otherwise: number) => fields.get(tag)?.[0] ?? otherwise;
  const width = field(256, 0);
  const height = field(257, 0);
  const samples = field(277, 1);
  const bits = fields.get(258) ?? [1];
  const compression = field(259, 1);
  if (width < 1 || height < 1) fail(`its size is ${width}×${height}`);
  if (samples < 1 || samples > 16) fail(`it has ${samples} samples a pixel`);
  if (bits.some((count) => count !== bits[0])) fail(`its samples have ${bits.join(', ')} bits`);
  const expansion = EXPANSION[compression];
  if (expansion === undefined)
    fail(`its compression (${compression}) is none of raw, LZW, deflate`);
  if ((width * height * samples * bits[0]!) / 8 > expansion! * fileSize) {
    fail(`${width}×${height} pixels cannot be in ${fileSize} bytes`);
  }
  if (samples > 1 && field(284, 1) !== 1) fail('its colours lie in planes of their own');
  if (field(262, 1) === 3 && samples !== 1) fail('it has a palette and several samples a pixel');
  const tiled = fields.has(322) || fields.has(323);
  if (tiled && samples > 1) fail('it is tiled and in colour');
  if (tiled && field(317, 1) !== 1) fail('its tiles are stored as differences (Predictor)');
  const [tileWidth, tileHeight] = [field(322, 0), field(323, 0)];
  if (tiled && (tileWidth < 1 || tileHeight < 1)) fail('its tiles have no size');
  const rows = Math.min(height, field(278, height));
  if (rows < 1) fail('its strips have no rows');
  const parts = tiled
    ? Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight)
    : Math.ceil(height / rows);
  const offsets = fields.get(tiled ? 324 : 273) ?? [];
  const counts = fields.get(tiled ? 325 : 279) ?? [];
  if (
    offsets.length !== parts ||
    (counts.length !== parts && !(counts.length === 0 && parts === 1))
  ) {
    fail(`${parts} parts were expected, got ${offsets.length} offsets and ${counts.length} sizes`);
  }
  const format = field(339, 1);
  const depth = bits[0]!;
  const isInteger = format === 1 && [1, 8, 16].includes(depth);
  if (!isInteger && !(format === 3 && (depth === 32 || depth === 64))) {
    fail(
      `${depth} bits in sample format ${format} are none of 1, 8, 16 bit unsigned, 32, 64 bit float`,
    );
  }
}
