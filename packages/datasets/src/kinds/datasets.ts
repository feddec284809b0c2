import { bids } from './bids.ts';
import { busi } from './busi.ts';
import type { DatasetSpec } from './dataset-spec.ts';
import { dicom } from './dicom.ts';
import { isic2017 } from './isic2017.ts';
import { lungsCt } from './lungs-ct.ts';
import { msd } from './msd.ts';
import { nnunet } from './nnunet.ts';
import { imageFolders, niftiPairs } from './paired-folders.ts';

export type DatasetName =
  | 'nifti-pairs'
  | 'dicom'
  | 'image-folders'
  | 'nnunet'
  | 'msd'
  | 'bids'
  | 'busi'
  | 'isic2017'
  | 'lungs-ct';

/** The kinds of data sets that `sts-net data prepare` knows. */
export const datasets: Readonly<Record<DatasetName, DatasetSpec>> = {
  'nifti-pairs': niftiPairs,
  dicom,
  'image-folders': imageFolders,
  nnunet,
  msd,
  bids,
  busi,
  isic2017,
  'lungs-ct': lungsCt,
};
