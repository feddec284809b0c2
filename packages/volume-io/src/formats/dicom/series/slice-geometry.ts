import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { dot, scaled, unit, type Vector } from '../../../geometry/vectors.ts';
import type { DicomSpacingSource } from '../../../headers/dicom-header.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { FrameAttributes } from './frame-attributes.ts';

/** Where a frame lies, in the patient's LPS coordinates in mm (PS3.3, C.7.6.2). */
export interface SliceGeometry {
  /** Centre of the first pixel; `undefined` where the file lacks position or orientation. */
  readonly position: Vector | undefined;
  /** Direction in which columns count up; of length 1 and at right angles to the next. */
  readonly alongRow: Vector;
  /** Direction in which rows count up. */
  readonly alongColumn: Vector;
  /** How far the slice's normal may be off for the digits that directions are written with. */
  readonly radiansOff: number;
  /** How far the position may be off for its digits, in mm. */
  readonly millimetresOff: number;
  /** Distance between rows, and between columns; 1 if unknown. */
  readonly pixelSpacing: readonly [row: number, column: number];
  /** Distance between slices as the file states it, or their thickness; for single slices. */
  readonly sliceSpacing: number | undefined;
  readonly spacingFrom: DicomSpacingSource;
}

/** How far lengths and the cosine of the angle of directions may be off: two decimals, and a bit. */
const DIRECTION_TOLERANCE = 0.02;
/** The code of centimetres in ultrasound regions (PS3.3, C.8.5.5.1.15). */
const CENTIMETRES = 3;

/** @throws {VolumeFormatError} if an attribute is damaged, naming `name` */
export function sliceGeometry(
  dataSet: DataSet,
  frame: FrameAttributes,
  name: string,
): SliceGeometry {
  const fail = (field: string, requirement: string, got: readonly number[]): never => {
    throw new VolumeFormatError(
      `${name}: ${field} must be ${requirement}, got [${got.join(', ')}]; the file is damaged`,
      { field },
    );
  };
  const position = frame.numbers('PlanePositionSequence', 'ImagePositionPatient');
  if (position !== undefined && !(position.length === 3 && position.every(Number.isFinite))) {
    fail('ImagePositionPatient', 'three numbers', position);
  }
  const orientation = frame.numbers('PlaneOrientationSequence', 'ImageOrientationPatient');
  const cosines = orientation ?? [1, 0, 0, 0, 1, 0];
  if (!(cosines.length === 6 && cosines.every(Number.isFinite))) {
    fail('ImageOrientationPatient', 'six numbers', cosines);
  }
  const [alongRow, alongColumn] =
    rightAngled(cosines.slice(0, 3) as unknown as Vector, cosines.slice(3) as unknown as Vector) ??
    fail('ImageOrientationPatient', 'two directions at right angles', cosines);
  const [pixels, pixelsFrom] = pixelSpacing(dataSet, frame);
  if (pixels.length !== 2 || !pixels.every((step) => step > 0 && Number.isFinite(step))) {
    fail(pixelsFrom, 'two positive distances', pixels);
  }
  const [slices, slicesFrom] = sliceSpacing(frame);
  return {
    position: orientation && (position as unknown as Vector | undefined),
    alongRow,
    alongColumn,
    // Each of two directions is off by the diagonal of a cube.
    radiansOff: Math.sqrt(6) * rounding(cosines),
    millimetresOff: Math.sqrt(3) * rounding(position ?? []),
    pixelSpacing: pixels as [number, number],
    sliceSpacing: slices,
    spacingFrom: { pixels: pixelsFrom, slices: slicesFrom },
  };
}

/** The two unit vectors at right angles that are nearest to these, unless they are far from it. */
function rightAngled(a: Vector, b: Vector): readonly [Vector, Vector] | undefined {
  const isUnit = (v: Vector) => Math.abs(Math.hypot(...v) - 1) <= DIRECTION_TOLERANCE;
  if (!isUnit(a) || !isUnit(b) || Math.abs(dot(a, b)) > DIRECTION_TOLERANCE) return undefined;
  const [x, y] = [unit(a), unit(b)];
  // Sum and difference of unit vectors are at right angles.
  const sum = unit([x[0] + y[0], x[1] + y[1], x[2] + y[2]]);
  const difference = unit([x[0] - y[0], x[1] - y[1], x[2] - y[2]]);
  const half = (sign: number) =>
    scaled(
      [sum[0] + sign * difference[0], sum[1] + sign * difference[1], sum[2] + sign * difference[2]],
      Math.SQRT1_2,
    );
  return [half(1), half(-1)];
}

/** Half of the last decimal that the numbers have; 0 for whole numbers, which stand for themselves. */
function rounding(values: readonly number[]): number {
  const decimals = values.map((value) => /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0);
  const most = Math.max(0, ...decimals);
  return most === 0 ? 0 : 0.5 * 10 ** -most;
}

function pixelSpacing(
  dataSet: DataSet,
  frame: FrameAttributes,
): readonly [readonly number[], DicomSpacingSource['pixels']] {
  const own = frame.numbers('PixelMeasuresSequence', 'PixelSpacing');
  if (own !== undefined) return [own, 'PixelSpacing'];
  for (const keyword of ['ImagerPixelSpacing', 'NominalScannedPixelSpacing'] as const) {
    const spacing = dataSet.numbers(keyword);
    if (spacing !== undefined) return [spacing, keyword];
  }
  const regions = dataSet.items('SequenceOfUltrasoundRegions').flatMap((region) => {
    const units = [
      region.number('PhysicalUnitsXDirection'),
      region.number('PhysicalUnitsYDirection'),
    ];
    const [dx = 0, dy = 0] = [region.number('PhysicalDeltaX'), region.number('PhysicalDeltaY')];
    return units.every((unit) => unit === CENTIMETRES)
      ? [[10 * Math.abs(dy), 10 * Math.abs(dx)]]
      : [];
  });
  const [first] = regions;
  return first !== undefined && regions.every((region) => region.join() === first.join())
    ? [first, 'SequenceOfUltrasoundRegions']
    : [[1, 1], 'unknown'];
}

function sliceSpacing(
  frame: FrameAttributes,
): readonly [number | undefined, DicomSpacingSource['slices']] {
  for (const keyword of ['SpacingBetweenSlices', 'SliceThickness'] as const) {
    // Negative where slices count down.
    const distance = Math.abs(frame.numbers('PixelMeasuresSequence', keyword)?.[0] ?? 0);
    if (distance > 0 && Number.isFinite(distance)) return [distance, keyword];
  }
  return [undefined, 'unknown'];
}
