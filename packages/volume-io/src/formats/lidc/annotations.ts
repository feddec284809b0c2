import type { XmlElement } from '@rgrove/parse-xml';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { likeVolume } from '../../volume/like-volume.ts';
import type { Volume } from '../../volume/volume.ts';
import { emptyLike } from '../../voxels/voxel-arrays.ts';
import { enclosedPixels, outlineBox } from './enclosed-pixels.ts';
import { type LidcFinding, marksOf } from './marks.ts';
import type { Outline } from './outline.ts';
import { elements, localName, textIn } from './xml.ts';

/** What the readers of a CT of LIDC-IDRI found. */
export interface LidcAnnotations {
  /** How many readers there were; LIDC-IDRI has four. */
  readonly readers: number;
  /** All that they marked, also beyond the slices of `like`. */
  readonly findings: readonly LidcFinding[];
  /** How many readers have each voxel within a nodule; ≥ 2 of 4 is the usual mask. */
  readonly volume: Volume<Uint8Array>;
  /** Outlines beyond the first and last slice of `like`, which `volume` lacks. */
  readonly outlinesBeyond: number;
}

/** The most pixels in the boxes around all outlines together: far more than readers draw. */
const MAX_PIXELS = 2 ** 26;

/** What a parsed XML file says, on the grid of `like`. */
export function lidcAnnotations(root: XmlElement, like: Volume, name: string): LidcAnnotations {
  checkImage(root, like, name);
  const sessions = elements(root, 'readingSession');
  if (sessions.length < 1 || sessions.length > 255) {
    throw new VolumeFormatError(
      `${name}: must hold 1 to 255 readingSession, got ${sessions.length}; the file is damaged`,
    );
  }
  const marks = sessions.map((session, reader) => marksOf(session, reader, like, name));
  const outlines = marks.flat().flatMap((mark) => mark.outlines);
  const pixels = outlines.reduce((sum, { points }) => {
    const { width, height } = outlineBox(points);
    return sum + width * height;
  }, 0);
  if (pixels > MAX_PIXELS) {
    throw new VolumeFormatError(
      `${name}: its outlines must span at most ${MAX_PIXELS} pixels together, got ${pixels}; the file is damaged`,
    );
  }
  const agreement = emptyLike(new Uint8Array(0), like.voxels.shape);
  for (const ofReader of marks) {
    const found = new Uint8Array(agreement.size);
    for (const nodule of ofReader) addNodule(nodule.outlines, found, like.voxels.shape);
    for (let i = 0; i < found.length; i++) agreement.data[i]! += found[i]!;
  }
  return {
    readers: sessions.length,
    findings: marks.flat().map(({ finding }) => finding),
    volume: likeVolume(like, agreement),
    outlinesBeyond: outlines.filter(({ slice }) => slice === undefined).length,
  };
}

/** The outlines are in pixels, so they mean nothing on any other grid than that of the CT. */
function checkImage(root: XmlElement, { header, affine }: Volume, name: string): void {
  if (localName(root) !== 'LidcReadMessage') {
    throw new VolumeFormatError(
      `${name}: must be the XML of a CT of LIDC-IDRI (LidcReadMessage), got <${root.name}>; radiographs (IdriReadMessage) have no outlines`,
    );
  }
  if (header?.format !== 'dicom' || Math.hypot(affine[8]!, affine[9]!) > 1e-3) {
    throw new RangeError(
      '`readLidcAnnotations`: `like` must be the axial CT as `readDicomSeries` gives it, since outlines are in its pixels; got another volume',
    );
  }
  const uid = elements(root, 'ResponseHeader').map((part) => textIn(part, 'SeriesInstanceUid'))[0];
  if (uid !== undefined && uid !== header.seriesInstanceUid) {
    throw new VolumeFormatError(
      `${name}: must be of the series of \`like\`, ${header.seriesInstanceUid}, got one of ${uid}; read the XML that belongs to it`,
      { field: 'SeriesInstanceUid' },
    );
  }
}

/** Sets the voxels of one nodule of a reader to 1. */
function addNodule(
  outlines: readonly Outline[],
  found: Uint8Array,
  [, rows, columns]: readonly number[],
): void {
  const enclosed = ({ slice, points }: Outline): number[] => {
    const voxels: number[] = [];
    if (slice === undefined) return voxels;
    enclosedPixels(points, (column, row) => {
      voxels.push((slice * rows! + row) * columns! + column);
    });
    return voxels;
  };
  const included = outlines.filter(({ isIncluded }) => isIncluded).flatMap(enclosed);
  const excluded = new Set(outlines.filter(({ isIncluded }) => !isIncluded).flatMap(enclosed));
  for (const voxel of included) if (!excluded.has(voxel)) found[voxel] = 1;
}
