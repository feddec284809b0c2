import type { DatasetSpec } from './dataset.ts';
import { pairedFolders } from './paired-folders.ts';

const volumeFormat = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd)$/i;

/** Any volumes with masks on their grids, as SCCM-2022 of the paper was. */
export const niftiPairs: DatasetSpec = {
  description: 'NIfTI (or NRRD, MetaImage) volumes and masks in folders, or told apart by endings',
  layout: "volumes and masks (NIfTI, NRRD, MetaImage) in folders such as 'volumes' and 'labels'",
  options: ['image', 'mask', 'patient'],
  list: (folder, options) => pairedFolders(folder, volumeFormat, options),
};
