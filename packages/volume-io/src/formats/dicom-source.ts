import type { NdArray } from '@sts-net/views';
import { checkSameGrid } from '../grids/same-grid.ts';
import type { DicomHeader } from '../headers/dicom-header.ts';
import { checkMeaning, type MaskMeaning } from '../headers/mask-meaning.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';

/**
 * What identifies the images that masks are written of.
 * @param what is written, such as 'a segmentation'
 * @throws {RangeError} if they are not from DICOM, or do not say who they are, slice by slice
 */
export function sourceHeader(caller: string, like: Volume, what: string): DicomHeader {
  checkVolume(caller, like);
  const { header, voxels } = like;
  if (header?.format !== 'dicom') {
    throw new RangeError(
      `\`${caller}\`: \`like\` must have been read from DICOM, since ${what} names its patient and images, got a volume ${header === undefined ? 'without a header' : `from ${header.format}`}; write NIfTI by \`writeVolume\` instead`,
    );
  }
  const { sopInstanceUids, sopClassUid, studyInstanceUid, seriesInstanceUid } = header;
  const uids = [sopClassUid, studyInstanceUid, seriesInstanceUid, ...sopInstanceUids];
  if (sopInstanceUids.length !== voxels.shape[0] || uids.includes('')) {
    throw new RangeError(
      `\`${caller}\`: the images of \`like\` must have SOPClassUID, SOPInstanceUID, StudyInstanceUID and SeriesInstanceUID, one for each slice, but some are missing; write NIfTI by \`writeVolume\` instead`,
    );
  }
  return header;
}

/** A mask to write, and what is said about it. */
interface MaskToWrite extends MaskMeaning {
  readonly name: string;
  readonly volume: Volume<Uint8Array>;
}

/** What a kind of file calls a mask, several of them, and the name of one. */
export interface MaskWords {
  readonly mask: string;
  readonly masks: string;
  readonly name: string;
}

/**
 * Checks what all kinds of files ask of masks.
 * @throws {RangeError} if there are none, or one has no name, is of another grid, holds anything but
 * 0 and 1, or says what cannot be written
 */
export function checkMasks(
  caller: string,
  masks: readonly MaskToWrite[],
  like: Volume,
  words: MaskWords,
): void {
  if (masks.length < 1 || masks.length > 65535) {
    throw new RangeError(
      `\`${caller}\`: there must be 1 to 65535 ${words.masks}, got ${masks.length}`,
    );
  }
  for (const [i, { name, volume, ...meaning }] of masks.entries()) {
    const subject = `\`${caller}\`: ${words.mask} ${i + 1}`;
    const fail = (requirement: string, got: unknown, cure: string): never => {
      throw new RangeError(`${subject} must ${requirement}, got ${got}; ${cure}`);
    };
    if (!/^[^\\\p{Cc}]{1,64}$/u.test(name)) {
      const requirement = `have a ${words.name} of 1 to 64 characters without \\`;
      fail(requirement, JSON.stringify(name), 'rename it');
    }
    checkMeaning(subject, meaning);
    checkSameGrid(volume, like, { subject, reference: 'the image' });
    const other = otherThanMask(volume.voxels);
    if (other !== undefined) {
      fail('hold 0 and 1 only', other, `make one ${words.mask} of each label`);
    }
  }
}

/** A value that is neither 0 nor 1. */
function otherThanMask(voxels: NdArray<Uint8Array>): number | undefined {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = voxels.get(slice, row, column);
        if (value !== 0 && value !== 1) return value;
      }
    }
  }
  return undefined;
}
