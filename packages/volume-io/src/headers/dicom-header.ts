/** What identifies the DICOM images that a volume was made from, and the patient. */
export interface DicomHeader extends DicomSeries {
  readonly format: 'dicom';
  /** `SOPInstanceUID` of each slice, in the order of the volume's slices. */
  readonly sopInstanceUids: readonly string[];
  /** The frame of its file that each slice is, from 1. */
  readonly frameNumbers: readonly number[];
  /**
   * `PhotometricInterpretation`. Voxels are never inverted for it: in MONOCHROME1 the lowest value is
   * white, in MONOCHROME2 the highest.
   */
  readonly photometricInterpretation: string;
  /** Where the volume's spacing comes from, and whether it is known at all. */
  readonly spacingFrom: DicomSpacingSource;
  /**
   * Whether the file says where the slices lie and how they are turned; otherwise the first voxel is
   * at the origin, columns count up to the left and rows to the back.
   */
  readonly isPlaced: boolean;
}

/** What all images of a series have in common; empty where a file does not say. */
export interface DicomSeries {
  readonly modality: string;
  readonly sopClassUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string;
  readonly seriesDescription: string;
  /** As in the file: dates as `YYYYMMDD`, times as `HHMMSS`. */
  readonly study: {
    readonly id: string;
    readonly date: string;
    readonly time: string;
    readonly accessionNumber: string;
    readonly referringPhysicianName: string;
  };
  readonly patient: {
    readonly name: string;
    readonly id: string;
    readonly birthDate: string;
    readonly sex: string;
  };
}

/** The attributes that a spacing was read from; where it is unknown, 1 mm stands for it. */
export interface DicomSpacingSource {
  /**
   * Between rows and columns. `ImagerPixelSpacing` is that at the detector of a radiograph, which
   * is larger than the patient by an unknown factor; `NominalScannedPixelSpacing` that of a scanner.
   */
  readonly pixels:
    | 'PixelSpacing'
    | 'ImagerPixelSpacing'
    | 'NominalScannedPixelSpacing'
    | 'SequenceOfUltrasoundRegions'
    | 'unknown';
  /** Between slices: the distances of their positions, or what a single slice states. */
  readonly slices: 'ImagePositionPatient' | 'SpacingBetweenSlices' | 'SliceThickness' | 'unknown';
}
