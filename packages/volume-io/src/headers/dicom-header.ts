/** What identifies the DICOM images that a volume was made from, and the patient. */
export interface DicomHeader extends DicomSeries {
  readonly format: 'dicom';
  /** `SOPInstanceUID` of each slice, in the order of the volume's slices. */
  readonly sopInstanceUids: readonly string[];
  /** The frame of its file that each slice is, from 1. */
  readonly frameNumbers: readonly number[];
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
