import type { NdArray } from '@sts-net/views';
import { worldAt } from '../../../geometry/affine.ts';
import type { DicomHeader } from '../../../headers/dicom-header.ts';
import type { MaskMeaning } from '../../../headers/mask-meaning.ts';
import type { Volume } from '../../../volume/volume.ts';
import {
  ABNORMAL,
  algorithmName,
  algorithmOf,
  codeOf,
  LESION,
} from '../derived/meaning-attributes.ts';
import { EQUIPMENT, ofStudy, referencesTo, referenceTo } from '../derived/source-images.ts';
import { decimals } from '../elements/decimals.ts';
import type { Attributes, FileAttributes } from '../elements/encode-file.ts';
import { MAX_CONTOURS } from './shapes.ts';
import { traceOutlines } from './trace-outlines.ts';

/** A region of interest to write. Without a `color` it has another one for each of seven. */
export interface RoiToWrite extends MaskMeaning {
  /** `ROIName`, at most 64 characters. */
  readonly name: string;
  /** 1 inside, 0 outside, on the grid of the image. */
  readonly volume: Volume<Uint8Array>;
  /** `RTROIInterpretedType`, such as `GTV` or `ORGAN`. @default empty, not said */
  readonly interpretedType?: string;
}

/** What UIDs of its own a structure set has; the frame of reference for images without one. */
export const STRUCTURE_SET_UIDS = ['instance', 'series', 'frame of reference'] as const;

/** RT Structure Set Storage. */
const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.481.3';
/** Detached Study Management, retired, which still is what studies are referred to by. */
const STUDY = '1.2.840.10008.3.1.2.3.1';
/** Told apart by those who do not see all colours: M. Okabe and K. Ito, Color Universal Design, 2008. */
const COLORS: readonly (readonly [number, number, number])[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
];

/**
 * The contours of each ROI.
 * @throws {RangeError} if a slice has too many pieces
 */
export function contoursOf(
  rois: readonly RoiToWrite[],
  like: Volume,
  header: DicomHeader,
): readonly (readonly Attributes[])[] {
  return rois.map(({ volume }, i) => {
    const [slices] = volume.voxels.shape as [number];
    return Array.from({ length: slices }, (_, slice) => {
      const outlines = traceOutlines(volume.voxels.pick(slice, null, null) as NdArray<Uint8Array>);
      if (outlines.length > MAX_CONTOURS) {
        throw new RangeError(
          `\`encodeRtStruct\`: ROI ${i + 1} must have at most ${MAX_CONTOURS} separate pieces on a slice, got ${outlines.length} on slice ${slice}; write a segmentation (SEG) instead`,
        );
      }
      const image = referenceTo(header, slice);
      return outlines.map(
        (outline): Attributes => ({
          ContourImageSequence: [image],
          ContourGeometricType: 'CLOSED_PLANAR',
          NumberOfContourPoints: String(outline.length / 2),
          ContourData: decimals(inPatient(outline, slice, like)),
        }),
      );
    }).flat();
  });
}

/** Points of a slice, `x, y, z, …` in LPS mm. */
function inPatient(outline: Float64Array, slice: number, { affine }: Volume): number[] {
  const points: number[] = [];
  for (let i = 0; i < outline.length; i += 2) {
    const [x, y, z] = worldAt(affine, [outline[i]!, outline[i + 1]!, slice]);
    points.push(-x, -y, z);
  }
  return points;
}

/** The attributes of a structure set (PS3.3, A.19). */
export function structureSet(
  rois: readonly RoiToWrite[],
  contours: readonly (readonly Attributes[])[],
  header: DicomHeader,
  uids: Readonly<Record<(typeof STRUCTURE_SET_UIDS)[number], string>>,
): FileAttributes {
  const frameOfReference = header.frameOfReferenceUid || uids['frame of reference'];
  const series = {
    SeriesInstanceUID: header.seriesInstanceUid,
    ContourImageSequence: referencesTo(header),
  };
  return {
    ...ofStudy(header),
    ...EQUIPMENT,
    SOPClassUID: SOP_CLASS,
    SOPInstanceUID: uids.instance,
    Modality: 'RTSTRUCT',
    SeriesInstanceUID: uids.series,
    SeriesNumber: '1',
    SeriesDescription: 'Segmentation',
    OperatorsName: '',
    InstanceNumber: '1',
    FrameOfReferenceUID: frameOfReference,
    PositionReferenceIndicator: '',
    StructureSetLabel: 'SEGMENTATION',
    // Of the images, so that the same masks make the same file at any time.
    StructureSetDate: header.study.date,
    StructureSetTime: header.study.time,
    ReferencedFrameOfReferenceSequence: [
      {
        FrameOfReferenceUID: frameOfReference,
        RTReferencedStudySequence: [
          {
            ReferencedSOPClassUID: STUDY,
            ReferencedSOPInstanceUID: header.studyInstanceUid,
            RTReferencedSeriesSequence: [series],
          },
        ],
      },
    ],
    StructureSetROISequence: rois.map((roi, i) => describe(roi, i, frameOfReference)),
    ROIContourSequence: rois.map((roi, i) => ({
      ReferencedROINumber: String(i + 1),
      ROIDisplayColor: (roi.color ?? COLORS[i % COLORS.length]!).join('\\'),
      ...(contours[i]!.length > 0 ? { ContourSequence: contours[i]! } : {}),
    })),
    RTROIObservationsSequence: rois.map(observe),
  };
}

function describe(roi: RoiToWrite, index: number, frameOfReference: string): Attributes {
  const name = algorithmName(roi);
  const algorithm = algorithmOf(roi);
  return {
    ROINumber: String(index + 1),
    ReferencedFrameOfReferenceUID: frameOfReference,
    ROIName: roi.name,
    ROIGenerationAlgorithm: roi.algorithmType ?? 'AUTOMATIC',
    ...(name === undefined ? {} : { ROIGenerationDescription: name }),
    ...(algorithm.length > 0 ? { ROIDerivationAlgorithmIdentificationSequence: algorithm } : {}),
  };
}

function observe(roi: RoiToWrite, index: number): Attributes {
  const { interpretedType = '', category = ABNORMAL, type = LESION, region } = roi;
  return {
    ObservationNumber: String(index + 1),
    ReferencedROINumber: String(index + 1),
    SegmentedPropertyCategoryCodeSequence: [codeOf(category)],
    RTROIIdentificationCodeSequence: [codeOf(type)],
    ...(region === undefined ? {} : { AnatomicRegionSequence: [codeOf(region)] }),
    RTROIInterpretedType: interpretedType,
    ROIInterpreter: '',
  };
}
