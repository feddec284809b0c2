export { type CreateVolumeOptions, createVolume } from './create-volume.ts';
export { crop, type PadOptions, pad, type VoxelBox } from './crop-pad.ts';
export {
  type DecodeImageOptions,
  decodeImage,
  type ReadImageOptions,
} from './decode-image.ts';
export { decodeVolume } from './decode-volume.ts';
export { type DecodeVolumeOptions, decodeVolumes } from './decode-volumes.ts';
export type { JpegCodecs } from './dicom/codecs.ts';
export type { DicomHeader, DicomSeries } from './dicom/dicom-header.ts';
export type { DicomImage } from './dicom/dicom-image.ts';
export type { ImageAttributes } from './dicom/image-attributes.ts';
export type { RtRoi } from './dicom/rt-rois.ts';
export type { DicomCode, SegmentToWrite } from './dicom/segmentation.ts';
export type { DicomSegment } from './dicom/segments.ts';
export { type EncodeVolumeOptions, encodeVolume, type VolumeFileFormat } from './encode-volume.ts';
export { gridDistance, gridShift } from './grid-distance.ts';
export type { PixelArray, RasterImage } from './image/raster-image.ts';
export type { LidcAnnotations } from './lidc/annotations.ts';
export type { LidcFinding } from './lidc/marks.ts';
export { likeVolume } from './like-volume.ts';
export type { MetaImageHeader } from './metaimage/header.ts';
export type { NiftiDatatype } from './nifti/datatypes.ts';
export type { NiftiHeader } from './nifti/header.ts';
export type { NrrdHeader } from './nrrd/header.ts';
export { readDicomImage } from './read-dicom-image.ts';
export { type ReadDicomSegmentsOptions, readDicomSegments } from './read-dicom-segments.ts';
export { type ReadDicomSeriesOptions, readDicomSeries } from './read-dicom-series.ts';
export { readImage } from './read-image.ts';
export {
  type ReadLidcAnnotationsOptions,
  readLidcAnnotations,
} from './read-lidc-annotations.ts';
export { type ReadRtStructOptions, readRtStruct } from './read-rt-struct.ts';
export { readVolume } from './read-volume.ts';
export { type ReadVolumeOptions, readVolumes } from './read-volumes.ts';
export { orientationOf, reorient } from './reorient.ts';
export { type ResampleOptions, resample } from './resample.ts';
export { resizeLabels } from './resize-labels.ts';
export type { Sample } from './sample.ts';
export type { SliceAxis } from './slice-range.ts';
export { type EdgeRule, type LabelMode, type Slices25dOptions, slices25d } from './slices25d.ts';
export { type StackSlicesOptions, stackSlices } from './stack-slices.ts';
export type { Spacing, Volume, VolumeHeader, VoxelArray } from './volume.ts';
export { VolumeFormatError, type VolumeFormatErrorDetails } from './volume-format-error.ts';
export {
  encodeDicomSegments,
  type WriteDicomSegmentsOptions,
  writeDicomSegments,
} from './write-dicom-segments.ts';
export { encodeImage, writeImage } from './write-image.ts';
export { type WriteVolumeOptions, writeVolume } from './write-volume.ts';
