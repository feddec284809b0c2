import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { DicomSeries } from '../../../headers/dicom-header.ts';
import type { DataSet } from '../elements/data-set.ts';
import { isBlank, isDicom } from '../elements/is-dicom.ts';
import { parseHead } from '../elements/parse-data-set.ts';
import { seriesOf } from './slices.ts';

/** What a DICOM file is; of its pixels nothing is read. */
export interface DicomFileInfo extends DicomSeries {
  /** Empty if the file does not say. */
  readonly sopInstanceUid: string;
  readonly hasPixels: boolean;
  /** `SeriesInstanceUID` of the images that a segmentation or structure set was drawn on. */
  readonly referencedSeries: readonly string[];
  /** What is wrong with the file before its pixels; then other fields may be empty. */
  readonly damage: string | undefined;
}

/** @returns `undefined` if the bytes are those of another kind of file */
export async function dicomFileInfo(
  bytes: Uint8Array,
  name: string,
): Promise<DicomFileInfo | undefined> {
  if (!isDicom(bytes) && !isBlank(bytes)) return undefined;
  const { dataSet, hasPixels, damage } = await parseHead(bytes, name);
  const series = seriesOf(dataSet);
  const info = {
    ...series,
    sopClassUid: series.sopClassUid || (dataSet.text('MediaStorageSOPClassUID') ?? ''),
    sopInstanceUid: dataSet.text('SOPInstanceUID') ?? '',
    hasPixels,
    damage: damage?.message,
  };
  try {
    return { ...info, referencedSeries: [...new Set(referencedSeries(dataSet))] };
  } catch (error) {
    if (!(error instanceof VolumeFormatError)) throw error;
    return { ...info, referencedSeries: [], damage: info.damage ?? error.message };
  }
}

/** Where segmentations and structure sets name series (PS3.3, C.12.1.4 and C.8.8.5). */
function referencedSeries(dataSet: DataSet): readonly string[] {
  const drawn = dataSet
    .items('ReferencedFrameOfReferenceSequence')
    .flatMap((frame) => frame.items('RTReferencedStudySequence'))
    .flatMap((study) => study.items('RTReferencedSeriesSequence'));
  return [...dataSet.items('ReferencedSeriesSequence'), ...drawn].flatMap(
    (series) => series.text('SeriesInstanceUID') ?? [],
  );
}
