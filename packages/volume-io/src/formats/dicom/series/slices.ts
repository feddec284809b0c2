import type { NdArray } from 'ndarray';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, dot, type Vector } from '../../../geometry/vectors.ts';
import type { DicomSeries } from '../../../headers/dicom-header.ts';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { DicomImage, ParsedDicom } from '../pixels/dicom-image.ts';

/** One frame and where it lies. */
export interface Slice {
  /** The file, and the frame in it. */
  readonly name: string;
  readonly image: DicomImage;
  /** Stored samples, `[row, column, sample]`. */
  readonly pixels: NdArray<VoxelArray>;
  readonly geometry: SliceGeometry | undefined;
  /** Real value = slope · stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly instanceNumber: number;
  readonly series: DicomSeries;
  readonly sopInstanceUid: string;
  /** The frame in its file, from 1. */
  readonly frameNumber: number;
}

/** Where a frame lies, in the patient's LPS coordinates in mm (PS3.3, C.7.6.2). */
interface SliceGeometry {
  /** Centre of the first pixel. */
  readonly position: Vector;
  /** Direction in which columns count up. */
  readonly alongRow: Vector;
  /** Direction in which rows count up. */
  readonly alongColumn: Vector;
  /** Distance between rows, and between columns. */
  readonly pixelSpacing: readonly [row: number, column: number];
  /** Distance between slices if the file states it, else their thickness; for single slices. */
  readonly sliceSpacing: number | undefined;
}

/** The frames of a file with their place and rescale, from it or its functional groups. */
export function slicesOf({ image, dataSet }: ParsedDicom, name: string): Slice[] {
  if (dataSet.has('x00283000')) {
    throw new VolumeFormatError(
      `${name}: its values come from a lookup table (ModalityLUTSequence), which is not supported; \`readDicomImage\` gives stored values`,
      { field: 'ModalityLUTSequence' },
    );
  }
  if (image.photometricInterpretation === 'PALETTE COLOR') {
    throw new VolumeFormatError(
      `${name}: its values are indices of colours (PALETTE COLOR), which mean nothing as a volume; \`readDicomImage\` gives stored values`,
      { field: 'PhotometricInterpretation' },
    );
  }
  if (/\\MOSAIC\b/.test(dataSet.text('x00080008') ?? '')) {
    throw new VolumeFormatError(
      `${name}: its slices are tiles of one picture (Siemens mosaic), which is not supported; convert it, for example with dcm2niix`,
      { field: 'ImageType' },
    );
  }
  const [shared] = dataSet.items('x52009229');
  const perFrame = dataSet.items('x52009230');
  if (perFrame.length > 0 && perFrame.length !== image.frames) {
    throw new VolumeFormatError(
      `${name}: ${image.frames} frames need as many functional groups, got ${perFrame.length}; the file is damaged`,
      { field: 'PerFrameFunctionalGroupsSequence' },
    );
  }
  const offsets = dataSet.decimals('x3004000c');
  const series = seriesOf({ image, dataSet });
  return Array.from({ length: image.frames }, (_, frame) => {
    const label = image.frames === 1 ? name : `${name}, frame ${frame}`;
    const group = (tag: string): DataSet | undefined =>
      perFrame[frame]?.items(tag)[0] ?? shared?.items(tag)[0];
    const values = (sequence: string, tag: string) =>
      group(sequence)?.decimals(tag) ?? dataSet.decimals(tag);
    const number = (value: number | undefined, otherwise: number, field: string) => {
      if (value === undefined) return otherwise;
      if (Number.isFinite(value)) return value;
      throw new VolumeFormatError(`${label}: ${field} must be a number; the file is damaged`, {
        field,
      });
    };
    const doseScaling = dataSet.decimals('x3004000e')?.[0];
    const geometry = geometryOf(values, offsets?.[frame], label);
    return {
      name: label,
      image,
      pixels: image.pixels.pick(frame, null, null, null) as NdArray<VoxelArray>,
      geometry,
      slope: number(values('x00289145', 'x00281053')?.[0] ?? doseScaling, 1, 'RescaleSlope'),
      intercept: number(values('x00289145', 'x00281052')?.[0], 0, 'RescaleIntercept'),
      instanceNumber: dataSet.decimals('x00200013')?.[0] ?? 0,
      series,
      sopInstanceUid: dataSet.text('x00080018') ?? '',
      frameNumber: frame + 1,
    };
  });
}

function seriesOf({ image, dataSet }: ParsedDicom): DicomSeries {
  const text = (tag: string) => dataSet.text(tag) ?? '';
  return {
    modality: image.modality,
    sopClassUid: image.sopClassUid,
    seriesInstanceUid: text('x0020000e'),
    studyInstanceUid: text('x0020000d'),
    frameOfReferenceUid: text('x00200052'),
    seriesDescription: text('x0008103e'),
    study: {
      id: text('x00200010'),
      date: text('x00080020'),
      time: text('x00080030'),
      accessionNumber: text('x00080050'),
      referringPhysicianName: text('x00080090'),
    },
    patient: {
      name: text('x00100010'),
      id: text('x00100020'),
      birthDate: text('x00100030'),
      sex: text('x00100040'),
    },
  };
}

function geometryOf(
  values: (sequence: string, tag: string) => number[] | undefined,
  offset: number | undefined,
  name: string,
): SliceGeometry | undefined {
  const position = values('x00209113', 'x00200032');
  const orientation = values('x00209116', 'x00200037');
  const spacing = values('x00289110', 'x00280030');
  const fail = (field: string, requirement: string, got: readonly number[]): never => {
    throw new VolumeFormatError(
      `${name}: ${field} must be ${requirement}, got [${got.join(', ')}]; the file is damaged`,
      { field },
    );
  };
  if (position === undefined || orientation === undefined) return undefined;
  if (position.length !== 3 || !position.every(Number.isFinite)) {
    fail('ImagePositionPatient', 'three numbers', position);
  }
  if (orientation.length !== 6 || !orientation.every(Number.isFinite)) {
    fail('ImageOrientationPatient', 'six numbers', orientation);
  }
  const alongRow = orientation.slice(0, 3) as unknown as Vector;
  const alongColumn = orientation.slice(3) as unknown as Vector;
  const isUnit = (v: Vector) => Math.abs(Math.hypot(...v) - 1) < 1e-2;
  if (!isUnit(alongRow) || !isUnit(alongColumn) || Math.abs(dot(alongRow, alongColumn)) > 1e-2) {
    fail('ImageOrientationPatient', 'two directions at right angles', orientation);
  }
  const pixelSpacing = spacing ?? [1, 1];
  if (
    pixelSpacing.length !== 2 ||
    !pixelSpacing.every((step) => step > 0 && Number.isFinite(step))
  ) {
    fail('PixelSpacing', 'two positive distances', pixelSpacing);
  }
  const between = values('x00289110', 'x00180088')?.[0] ?? values('x00289110', 'x00180050')?.[0];
  const normal = cross(alongRow, alongColumn);
  const along = Number.isFinite(offset) ? offset! : 0;
  return {
    position: position.map((part, i) => part + along * normal[i]!) as unknown as Vector,
    alongRow,
    alongColumn,
    pixelSpacing: pixelSpacing as [number, number],
    sliceSpacing: between !== undefined && Math.abs(between) > 0 ? Math.abs(between) : undefined,
  };
}
