import type { VolumeFormat } from '../volume-format.ts';

/** NRRD, attached or detached: starts with "NRRD000" and a digit. */
export const nrrd: VolumeFormat = {
  name: 'NRRD',
  matches: (head) => /^NRRD000\d/.test(String.fromCharCode(...head.subarray(0, 8))),
  load: async () => (await import('./parse-nrrd.ts')).parseNrrd,
};
