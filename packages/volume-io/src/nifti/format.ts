import type { VolumeFormat } from '../volume-format.ts';
import { layoutOf } from './layout.ts';

/** NIfTI-1 and NIfTI-2, single file or pair. Analyze 7.5 looks alike and is refused by the parser. */
export const nifti: VolumeFormat = {
  name: 'NIfTI',
  matches: (head) => layoutOf(head) !== undefined,
  load: async () => (await import('./parse-nifti.ts')).parseNifti,
};
