import type { ReadingOptions } from '../bytes/reading-options.ts';
import type { LidcAnnotations } from '../formats/lidc/annotations.ts';
import type { Volume } from '../volume/volume.ts';
import { namedBytes } from './node-files.ts';

export interface ReadLidcAnnotationsOptions extends ReadingOptions {
  /** The CT that was read, from `readDicomSeries`; it may be a part of the series. */
  readonly like: Volume;
}

/**
 * Reads the XML in which the readers of LIDC-IDRI outlined lung nodules (Armato et al., Med Phys 38
 * (2011) 915–931), as the number of readers who have each voxel of `like` within a nodule.
 *
 * What an outline encloses belongs to the nodule, the outline's own pixels do not; what outlines
 * with `inclusion` FALSE enclose is cut out of it. Nodules below 3 mm and non-nodules, which are
 * points, are listed but have no voxels. Slices are found by z in the world.
 * @throws {VolumeFormatError} if the file is damaged, of another kind or of another series
 * @throws {RangeError} if `like` is no axial DICOM series
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readLidcAnnotations(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadLidcAnnotationsOptions,
): Promise<LidcAnnotations> {
  const { like } = options;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readLidcAnnotations', 'LIDC XML');
  const [{ parseXmlRoot }, { lidcAnnotations }] = await Promise.all([
    import('../formats/lidc/xml.ts'),
    import('../formats/lidc/annotations.ts'),
  ]);
  return lidcAnnotations(parseXmlRoot(bytes, name), like, name);
}
