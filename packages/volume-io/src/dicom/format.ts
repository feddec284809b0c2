import type { VolumeFormat } from '../volume-format.ts';

/** DICOM files (PS3.10): "DICM" after a preamble of 128 bytes. */
export const dicom: VolumeFormat = {
  name: 'DICOM',
  matches: (head) => String.fromCharCode(...head.subarray(128, 132)) === 'DICM',
  load: async () => (await import('./parse-dicom-volumes.ts')).parseDicomVolumes,
};
