/** What identifies the DICOM images that a volume was made from. */
export interface DicomHeader {
  readonly format: 'dicom';
  readonly modality: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string;
  readonly seriesDescription: string;
  /** `SOPInstanceUID` of each slice, in the order of the volume's slices. */
  readonly sopInstanceUids: readonly string[];
}
