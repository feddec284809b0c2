import dicomParser from 'dicom-parser';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { ImageAttributes } from './image-attributes.ts';

/** The compressed bytes of each frame. */
export function encapsulatedFrames(
  dataSet: DataSet,
  { frames }: ImageAttributes,
  name: string,
): Uint8Array[] {
  const element = dataSet.element('x7fe00010');
  const fragments = element?.fragments;
  if (element === undefined || fragments === undefined || fragments.length < 1) {
    throw new VolumeFormatError(
      `${name}: compressed pixels must come in fragments, got none; the file is damaged`,
      { field: 'PixelData' },
    );
  }
  if (fragments.length < frames) {
    throw new VolumeFormatError(
      `${name}: ${frames} frames need at least as many fragments, got ${fragments.length}; the file is cut off`,
      { field: 'PixelData' },
    );
  }
  const { parsed } = dataSet;
  try {
    if (frames === 1) {
      return [
        dicomParser.readEncapsulatedPixelDataFromFragments(parsed, element, 0, fragments.length),
      ];
    }
    if (fragments.length === frames) {
      return fragments.map((_, i) =>
        dicomParser.readEncapsulatedPixelDataFromFragments(parsed, element, i),
      );
    }
    const table =
      (element.basicOffsetTable?.length ?? 0) > 0
        ? element.basicOffsetTable!
        : dicomParser.createJPEGBasicOffsetTable(parsed, element);
    if (table.length !== frames) throw new Error(`${table.length} frames are marked`);
    return table.map((_, i) => dicomParser.readEncapsulatedImageFrame(parsed, element, i, table));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: ${fragments.length} fragments cannot be told apart into ${frames} frames (${reason}); the file is damaged`,
      { field: 'PixelData', cause },
    );
  }
}

/** The bytes of pixels that are not compressed. */
export function nativeBytes(dataSet: DataSet, size: number, name: string): Uint8Array {
  const tag = ['x7fe00010', 'x7fe00008', 'x7fe00009'].find(dataSet.has)!;
  const { dataOffset, length, fragments } = dataSet.element(tag)!;
  const { byteArray } = dataSet.parsed;
  const available = Math.min(length, byteArray.length - dataOffset);
  if (fragments !== undefined || available < size) {
    throw new VolumeFormatError(
      `${name}: rows, columns, frames and bits declare ${size} bytes of pixels, got ${fragments === undefined ? available : 'fragments'}; the file is cut off or damaged`,
      { field: 'PixelData', offset: dataOffset },
    );
  }
  return byteArray.subarray(dataOffset, dataOffset + size);
}
