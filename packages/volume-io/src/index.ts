export type { ReadingOptions } from './bytes/reading-options.ts';
export { VolumeFormatError, type VolumeFormatErrorDetails } from './bytes/volume-format-error.ts';
export {
  type ReadDicomSegmentsOptions,
  readDicomSegments,
  writeDicomSegments,
} from './files/dicom-segment-files.ts';
export { readImage, writeImage } from './files/image-files.ts';
export { readDicomGrid } from './files/read-dicom-grid.ts';
export { readDicomImage } from './files/read-dicom-image.ts';
export { readDicomInfo } from './files/read-dicom-info.ts';
export {
  type NamedFile,
  type ReadDicomSeriesOptions,
  readDicomSeries,
} from './files/read-dicom-series.ts';
export {
  type ReadLidcAnnotationsOptions,
  readLidcAnnotations,
} from './files/read-lidc-annotations.ts';
export { type ReadVolumeOptions, readVolume, readVolumes } from './files/read-volume.ts';
export {
  type ReadRtStructOptions,
  readRtStruct,
  writeRtStruct,
} from './files/rt-struct-files.ts';
export { type WriteVolumeOptions, writeVolume, writeVolumeSlabs } from './files/write-volume.ts';
export { decodeAnyImage } from './formats/decode-any-image.ts';
export { type DecodeVolumeOptions, decodeVolume, decodeVolumes } from './formats/decode-volumes.ts';
export type { RoiMask } from './formats/dicom/contours/roi-mask.ts';
export type { RoiChoice, RtRoi } from './formats/dicom/contours/rt-rois.ts';
export type { RoiToWrite } from './formats/dicom/contours/structure-set.ts';
export type { JpegCodecs } from './formats/dicom/pixels/codecs.ts';
export type { DicomImage } from './formats/dicom/pixels/dicom-image.ts';
export type { ImageAttributes } from './formats/dicom/pixels/image-attributes.ts';
export type { SegmentToWrite } from './formats/dicom/segments/segmentation.ts';
export type { DicomSegment } from './formats/dicom/segments/segments.ts';
export type { DicomFileInfo } from './formats/dicom/series/file-info.ts';
export {
  encodeDicomSegments,
  type WriteDicomSegmentsOptions,
} from './formats/encode-dicom-segments.ts';
export { encodeRtStruct, type WriteRtStructOptions } from './formats/encode-rt-struct.ts';
export {
  type EncodeVolumeOptions,
  encodeVolume,
  type VolumeFileFormat,
} from './formats/encode-volume.ts';
export type { LidcAnnotations } from './formats/lidc/annotations.ts';
export type { LidcFinding } from './formats/lidc/marks.ts';
export { type Spacing, worldAt } from './geometry/affine.ts';
export { crop, type PadOptions, pad, type VoxelBox } from './grids/crop-pad.ts';
export { ontoGridOf } from './grids/onto-grid.ts';
export { orientationOf, reorient } from './grids/reorient.ts';
export { type ResampleOptions, resample } from './grids/resample.ts';
export { type ResampleOntoOptions, resampleOnto } from './grids/resample-onto.ts';
export { checkSameGrid, type GridWords, gridDistance } from './grids/same-grid.ts';
export type { DicomHeader, DicomSeries, DicomSpacingSource } from './headers/dicom-header.ts';
export type {
  DicomAlgorithm,
  DicomCode,
  MaskMeaning,
} from './headers/mask-meaning.ts';
export type { NiftiHeader } from './headers/nifti-header.ts';
export type { MetaImageHeader, NrrdHeader, VolumeHeader } from './headers/volume-header.ts';
export {
  type DecodeImageOptions,
  decodeImage,
  type ReadImageOptions,
} from './images/decode-image.ts';
export { encodeImage } from './images/encode-image.ts';
export { flatAffine, flatVolume } from './images/flat-volume.ts';
export { isGrey } from './images/is-grey.ts';
export type { PixelArray, RasterImage } from './images/raster-image.ts';
export { labelCounts } from './labels/label-counts.ts';
export { IGNORED, type LabelRule } from './labels/label-rule.ts';
export { type LabelsOfOptions, labelsOf } from './labels/labels-of.ts';
export type { LabelWords, WrongKind } from './labels/no-labels.ts';
export { resizeLabels } from './labels/resize-labels.ts';
export type { EdgeRule, SliceAxis } from './slices/slice-range.ts';
export {
  type LabelMode,
  type Sample,
  type Slices25dOptions,
  slices25d,
} from './slices/slices25d.ts';
export { type StackSlicesOptions, stackSlices } from './slices/stack-slices.ts';
export { type CreateVolumeOptions, createVolume } from './volume/create-volume.ts';
export { type KnownGeometry, knownGeometry } from './volume/known-geometry.ts';
export { likeVolume } from './volume/like-volume.ts';
export type { Volume } from './volume/volume.ts';
export type { NiftiDatatype } from './voxels/datatypes.ts';
export type { VoxelArray } from './voxels/voxel-arrays.ts';
