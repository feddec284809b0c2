import type { DatasetSpec } from './dataset-spec.ts';
import { flatFormat, pairedFolders } from './paired-folders.ts';

/** Names of scans in LIDC-IDRI and LUNA16, and numbers in front of the slice's. */
const patientNames = [
  /LIDC-IDRI-\d{4}/i,
  /\d+(?:\.\d+){5,}/,
  /^.*?(?=[-_ ]*(?:slice|ni|nodule|img|image)[-_ ]*\d)/i,
  /^[^-_ ].*?(?=[-_ ]\d+$)/,
];

/**
 * "Lungs CT-Scan" of the paper (Kaggle, hasan1101/luna-classification-0): slices of CT scans in
 * folders of images and masks. Its random split divides patients, so slices are grouped by what their
 * names say of the scan.
 */
export const lungsCt: DatasetSpec = {
  description: 'Lungs CT-Scan: folders of slices and masks, grouped by the scan in their names',
  layout: "slices and masks in folders such as 'images' and 'masks'",
  options: ['image', 'mask', 'withoutMask', 'consensus', 'patient'],
  list: (folder, options) => pairedFolders(folder, flatFormat, options, scanOf),
};

/** The scan that a slice is of, as far as its name tells; else the slice itself. */
export function scanOf(id: string): string {
  for (const pattern of patientNames) {
    const scan = pattern.exec(id)?.[0] ?? '';
    // A name without a number, such as `slice`, is that of no scan.
    if (/\d/.test(scan)) return scan;
  }
  return id;
}
