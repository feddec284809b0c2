import { joinBytes } from '../../../bytes/byte-arrays.ts';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { DataSet } from '../elements/data-set.ts';
import { PIXEL_KEYWORDS } from '../elements/dictionary.ts';
import type { Span } from '../elements/element-reader.ts';
import type { ImageAttributes } from './image-attributes.ts';

/** How the images in JPEG's formats and JPEG 2000 begin. */
const BEGINNINGS: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff],
  [0xff, 0x4f, 0xff, 0x51],
];

/** The compressed bytes of each frame (PS3.5, A.4). */
export function encapsulatedFrames(
  dataSet: DataSet,
  { frames }: ImageAttributes,
  name: string,
): Uint8Array[] {
  const [table, ...fragments] = dataSet.element('PixelData')?.fragments ?? [];
  const { bytes, view } = dataSet.file;
  if (table === undefined || fragments.length < frames) {
    throw new VolumeFormatError(
      `${name}: ${frames} compressed frames need at least as many fragments, got ${fragments.length}; the file is cut off or damaged`,
      { field: 'PixelData' },
    );
  }
  const contentOf = ({ start, length }: Span) => bytes.subarray(start, start + length);
  if (frames === 1) return [joinBytes(fragments.map(contentOf))];
  if (fragments.length === frames) return fragments.map(contentOf);
  const offsets =
    dataSet.numbers('ExtendedOffsetTable') ??
    Array.from({ length: Math.floor(table.length / 4) }, (_, i) =>
      view.getUint32(table.start + 4 * i, true),
    );
  // Offsets are those of the fragments from the first one.
  const at = new Map(fragments.map(({ start }, i) => [start - fragments[0]!.start, i]));
  const stated = offsets.map((offset) => at.get(offset) ?? -1);
  const seen = [...fragments.keys()].filter((i) =>
    BEGINNINGS.some((signature) =>
      signature.every((byte, k) => bytes[fragments[i]!.start + k] === byte),
    ),
  );
  const isSound = (starts: readonly number[]) =>
    starts.length === frames &&
    starts.every((start, i) => (i === 0 ? start === 0 : start > starts[i - 1]!));
  const starts = [stated, seen].find(isSound);
  if (starts === undefined) {
    throw new VolumeFormatError(
      `${name}: ${fragments.length} fragments cannot be told apart into ${frames} frames, neither by the ${offsets.length} offsets stated nor by the ${seen.length} that begin like an image; the file is damaged`,
      { field: 'PixelData' },
    );
  }
  return starts.map((start, i) => joinBytes(fragments.slice(start, starts[i + 1]).map(contentOf)));
}

/** The bytes of pixels that are not compressed. */
export function nativeBytes(dataSet: DataSet, size: number, name: string): Uint8Array {
  const { start, length, fragments } = dataSet.element(PIXEL_KEYWORDS.find(dataSet.has)!)!;
  if (fragments !== undefined || length < size) {
    throw new VolumeFormatError(
      `${name}: rows, columns, frames and bits declare ${size} bytes of pixels, got ${fragments === undefined ? length : 'fragments'}; the file is cut off or damaged`,
      { field: 'PixelData', offset: start },
    );
  }
  return dataSet.file.bytes.subarray(start, start + size);
}
