import { dicom } from './dicom/format.ts';
import { metaImage } from './metaimage/format.ts';
import { nifti } from './nifti/format.ts';
import { nrrd } from './nrrd/format.ts';
import type { VolumeFormat } from './volume-format.ts';

/** Every format that volumes are read from, in the order in which they are tried. */
export const formats: readonly VolumeFormat[] = [nifti, nrrd, metaImage, dicom];
