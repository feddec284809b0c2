import type { DicomHeader } from '../../../headers/dicom-header.ts';
import type { DicomCode, MaskMeaning } from '../../../headers/mask-meaning.ts';
import type { Volume } from '../../../volume/volume.ts';
import { cielabOf } from '../derived/cielab.ts';
import {
  ABNORMAL,
  algorithmName,
  algorithmOf,
  codeOf,
  LESION,
} from '../derived/meaning-attributes.ts';
import { EQUIPMENT, ofStudy, referencesTo, referenceTo } from '../derived/source-images.ts';
import type { Attributes, FileAttributes } from '../elements/encode-file.ts';
import { positionOf, sharedGeometry } from './frame-geometry.ts';
import { packFrames } from './pack-frames.ts';

/** A segment to write. */
export interface SegmentToWrite extends MaskMeaning {
  /** `SegmentLabel`, at most 64 characters. */
  readonly label: string;
  /** 1 inside, 0 outside, on the grid of the image. */
  readonly volume: Volume<Uint8Array>;
}

/** Segmentation Storage. */
const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.66.4';
const SEGMENTATION: DicomCode = { value: '113076', scheme: 'DCM', meaning: 'Segmentation' };
const SOURCE: DicomCode = {
  value: '121322',
  scheme: 'DCM',
  meaning: 'Source image for image processing operation',
};

/** What UIDs of its own a segmentation has; the frame of reference for images without one. */
export const SEGMENTATION_UIDS = [
  'instance',
  'series',
  'dimensions',
  'frame of reference',
] as const;

/** The attributes of a binary segmentation (PS3.3, A.51). */
export function segmentation(
  segments: readonly SegmentToWrite[],
  like: Volume,
  header: DicomHeader,
  uids: Readonly<Record<(typeof SEGMENTATION_UIDS)[number], string>>,
): FileAttributes {
  const [, rows, columns] = like.voxels.shape as [number, number, number];
  const { frames, pixels } = packFrames(segments.map(({ volume }) => volume.voxels));
  const slices = [...new Set(frames.map(({ slice }) => slice))].sort((a, b) => a - b);
  return {
    ...ofStudy(header),
    SOPClassUID: SOP_CLASS,
    SOPInstanceUID: uids.instance,
    Modality: 'SEG',
    SeriesInstanceUID: uids.series,
    SeriesNumber: '1',
    SeriesDescription: 'Segmentation',
    InstanceNumber: '1',
    FrameOfReferenceUID: header.frameOfReferenceUid || uids['frame of reference'],
    PositionReferenceIndicator: '',
    ...EQUIPMENT,
    ImageType: 'DERIVED\\PRIMARY',
    // Of the images, so that the same masks make the same file at any time.
    ContentDate: header.study.date || '19000101',
    ContentTime: header.study.time || '000000',
    ContentLabel: 'SEGMENTATION',
    ContentDescription: '',
    ContentCreatorName: '',
    SegmentationType: 'BINARY',
    LossyImageCompression: '00',
    SegmentSequence: segments.map(describe),
    SamplesPerPixel: [1],
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: [rows],
    Columns: [columns],
    BitsAllocated: [1],
    BitsStored: [1],
    HighBit: [0],
    PixelRepresentation: [0],
    NumberOfFrames: String(frames.length),
    PixelData: pixels,
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: uids.dimensions }],
    DimensionIndexSequence: [
      {
        DimensionOrganizationUID: uids.dimensions,
        DimensionIndexPointer: 'ReferencedSegmentNumber',
        FunctionalGroupPointer: 'SegmentIdentificationSequence',
      },
      {
        DimensionOrganizationUID: uids.dimensions,
        DimensionIndexPointer: 'ImagePositionPatient',
        FunctionalGroupPointer: 'PlanePositionSequence',
      },
    ],
    SharedFunctionalGroupsSequence: [sharedGeometry(like)],
    PerFrameFunctionalGroupsSequence: frames.map(({ segment, slice }) => ({
      DerivationImageSequence: [
        {
          SourceImageSequence: [
            { ...referenceTo(header, slice), PurposeOfReferenceCodeSequence: [codeOf(SOURCE)] },
          ],
          DerivationCodeSequence: [codeOf(SEGMENTATION)],
        },
      ],
      FrameContentSequence: [{ DimensionIndexValues: [segment + 1, slices.indexOf(slice) + 1] }],
      PlanePositionSequence: [{ ImagePositionPatient: positionOf(slice, like) }],
      SegmentIdentificationSequence: [{ ReferencedSegmentNumber: [segment + 1] }],
    })),
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: header.seriesInstanceUid,
        ReferencedInstanceSequence: referencesTo(header),
      },
    ],
  };
}

function describe({ label, ...segment }: SegmentToWrite, index: number): Attributes {
  const { category = ABNORMAL, type = LESION, region, color } = segment;
  const name = algorithmName(segment);
  const algorithm = algorithmOf(segment);
  return {
    SegmentNumber: [index + 1],
    SegmentLabel: label,
    SegmentAlgorithmType: segment.algorithmType ?? 'AUTOMATIC',
    ...(name === undefined ? {} : { SegmentAlgorithmName: name }),
    ...(algorithm.length > 0 ? { SegmentationAlgorithmIdentificationSequence: algorithm } : {}),
    SegmentedPropertyCategoryCodeSequence: [codeOf(category)],
    SegmentedPropertyTypeCodeSequence: [codeOf(type)],
    ...(region === undefined ? {} : { AnatomicRegionSequence: [codeOf(region)] }),
    ...(color === undefined ? {} : { RecommendedDisplayCIELabValue: cielabOf(color) }),
  };
}
