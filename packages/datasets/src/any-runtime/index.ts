// What needs neither files nor Node: cases that are in memory, their labels and their splits.
export type { Case, CaseLabels } from '../cases/case.ts';
export { labelRemedy } from '../images/label-remedy.ts';
export { maskPlane } from '../images/mask-plane.ts';
export { type PlaceOptions, placeLabels } from '../images/place-labels.ts';
export { channelNamesOf, type ImageFiles } from '../manifest/image-files.ts';
export type { SplitName } from '../manifest/manifest-item.ts';
export { type PartItem, refuseLeaks } from '../split/find-leaks.ts';
export { type Split, type SplitConfig, splitCases } from '../split/split-cases.ts';
