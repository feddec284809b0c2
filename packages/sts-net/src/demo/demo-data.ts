import { fileURLToPath } from 'node:url';
import type { CaseConfig } from '@sts-net/datasets';

/** Folder of the sample data, which lies beside `src` and `dist`. */
const folder: string = fileURLToPath(new URL('../../data/open_ms/', import.meta.url));

/** The sample data: real lesions of three patients. */
export const demoData: {
  readonly description: string;
  readonly attribution: string;
  readonly cases: readonly CaseConfig[];
  /** Trains on the patient that neither list names. */
  readonly split: { readonly validation: readonly string[]; readonly test: readonly string[] };
} = {
  description:
    'Multiple-sclerosis lesions in FLAIR images of three patients, 1 mm voxels: an axial slab of each. Every slice becomes a 2.5D sample, which holds it and its two neighbours as channels. The lesions of the validation patient are tiny, so Dice is low there; it only ranks the weights.',
  attribution:
    'Data: Lesjak Ž, Galimzianova A, Koren A, et al. A novel public MR image dataset of multiple sclerosis patients with lesion segmentations based on multi-rater consensus. Neuroinformatics 16 (2018) 51–63, doi:10.1007/s12021-017-9348-7. CC BY; cut to slabs, otherwise unchanged.',
  cases: ['patient07', 'patient19', 'patient26'].map((id) => ({
    id,
    image: `${folder}${id}_FLAIR.nii.gz`,
    mask: `${folder}${id}_GOLD.nii.gz`,
  })),
  split: { validation: ['patient07'], test: ['patient26'] },
};
