import type { NdArray } from '@sts-net/views';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, type Vector } from '../../../geometry/vectors.ts';
import type { DicomSeries } from '../../../headers/dicom-header.ts';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { DicomImage, ParsedDicom } from '../pixels/dicom-image.ts';
import { frameAttributes } from './frame-attributes.ts';
import { frameOffsets } from './frame-offsets.ts';
import { type FrameOrder, frameOrders } from './frame-orders.ts';
import { type SliceGeometry, sliceGeometry } from './slice-geometry.ts';

/** One frame and where it lies. */
export interface Slice {
  /** The file, and the frame in it. */
  readonly name: string;
  readonly image: DicomImage;
  /** Stored samples, `[row, column, sample]`. */
  readonly pixels: NdArray<VoxelArray>;
  readonly geometry: SliceGeometry;
  /** Where the frame belongs among those at its place. */
  readonly order: FrameOrder;
  /** Real value = slope · stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly series: DicomSeries;
  readonly sopInstanceUid: string;
  /** The frame in its file, from 1. */
  readonly frameNumber: number;
}

/**
 * The frames of a file with their place and rescale, from it or its functional groups.
 * @throws {VolumeFormatError} if an attribute is damaged, or values are no numbers of their own
 */
export function slicesOf({ image, dataSet }: ParsedDicom, name: string): Slice[] {
  if (image.modality !== 'SEG') checkValues(image, dataSet, name);
  const groups = dataSet.items('PerFrameFunctionalGroupsSequence');
  if (groups.length > 0 && groups.length !== image.frames) {
    throw new VolumeFormatError(
      `${name}: ${image.frames} frames need as many functional groups, got ${groups.length}; the file is damaged`,
      { field: 'PerFrameFunctionalGroupsSequence' },
    );
  }
  const frames = frameAttributes(dataSet, image.frames);
  const orders = frameOrders(dataSet, frames);
  const offsets = frameOffsets(dataSet, image.frames, name);
  const series = seriesOf(dataSet);
  return frames.map((attributes, frame) => {
    const label = image.frames === 1 ? name : `${name}, frame ${frame}`;
    const number = (value: number | undefined, otherwise: number, field: string) => {
      if (value === undefined) return otherwise;
      if (Number.isFinite(value)) return value;
      throw new VolumeFormatError(`${label}: ${field} must be a number; the file is damaged`, {
        field,
      });
    };
    const rescale = (keyword: 'RescaleSlope' | 'RescaleIntercept') =>
      attributes.numbers('PixelValueTransformationSequence', keyword)?.[0];
    const slope = rescale('RescaleSlope') ?? dataSet.number('DoseGridScaling');
    return {
      name: label,
      image,
      pixels: image.pixels.pick(frame, null, null, null) as NdArray<VoxelArray>,
      geometry: moved(sliceGeometry(dataSet, attributes, label), offsets[frame] ?? 0),
      order: orders[frame]!,
      slope: number(slope, 1, 'RescaleSlope'),
      intercept: number(rescale('RescaleIntercept'), 0, 'RescaleIntercept'),
      series,
      sopInstanceUid: dataSet.text('SOPInstanceUID') ?? '',
      frameNumber: frame + 1,
    };
  });
}

/** What identifies a file's series and study. */
export function seriesOf(dataSet: DataSet): DicomSeries {
  const text = (keyword: Parameters<DataSet['text']>[0]) => dataSet.text(keyword) ?? '';
  return {
    modality: text('Modality'),
    sopClassUid: text('SOPClassUID'),
    seriesInstanceUid: text('SeriesInstanceUID'),
    studyInstanceUid: text('StudyInstanceUID'),
    frameOfReferenceUid: text('FrameOfReferenceUID'),
    seriesDescription: text('SeriesDescription'),
    study: {
      id: text('StudyID'),
      date: text('StudyDate'),
      time: text('StudyTime'),
      accessionNumber: text('AccessionNumber'),
      referringPhysicianName: text('ReferringPhysicianName'),
    },
    patient: {
      name: text('PatientName'),
      id: text('PatientID'),
      birthDate: text('PatientBirthDate'),
      sex: text('PatientSex'),
    },
  };
}

/** Stored values must be real ones but for slope and intercept. */
function checkValues(image: DicomImage, dataSet: DataSet, name: string): void {
  const fail = (text: string, field: string): never => {
    throw new VolumeFormatError(`${name}: ${text}`, { field });
  };
  if (dataSet.has('ModalityLUTSequence')) {
    fail(
      'its values come from a lookup table (ModalityLUTSequence), which is not supported; `readDicomImage` gives stored values, and `apply_modality_lut` of pydicom real ones',
      'ModalityLUTSequence',
    );
  }
  if (image.photometricInterpretation === 'PALETTE COLOR') {
    fail(
      'its values are indices of colours (PALETTE COLOR), which mean nothing as a volume; `readDicomImage` gives stored values',
      'PhotometricInterpretation',
    );
  }
  if (/\\MOSAIC\b/.test(dataSet.text('ImageType') ?? '')) {
    fail(
      'its slices are tiles of one picture (Siemens mosaic), which is not supported; convert it, for example with dcm2niix',
      'ImageType',
    );
  }
}

function moved(geometry: SliceGeometry, along: number): SliceGeometry {
  const { position, alongRow, alongColumn } = geometry;
  if (position === undefined || along === 0) return geometry;
  const normal = cross(alongRow, alongColumn);
  const place = position.map((part, i) => part + along * normal[i]!) as unknown as Vector;
  return { ...geometry, position: place };
}
