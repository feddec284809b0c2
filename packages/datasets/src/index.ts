export type {
  Case,
  CaseConfig,
  CaseFolderConfig,
  CaseLabels,
  CaseList,
  CaseManifestConfig,
} from './cases/case.ts';
export { findCases } from './cases/find-cases.ts';
export {
  type CheckManifestOptions,
  checkManifests,
  type ManifestCheck,
} from './check/check-manifest.ts';
export {
  type ManifestStatistics,
  type ManifestStatisticsOptions,
  manifestStatistics,
  type PartStatistics,
  type TargetSlice,
} from './check/manifest-statistics.ts';
export { isFlatItem, readItemFiles } from './check/read-item-files.ts';
export {
  type Consensus,
  type ConsensusName,
  consensuses,
} from './consensus/consensus.ts';
export { majorityVote } from './consensus/majority.ts';
export {
  type ReaderPerformance,
  type Staple,
  type StapleOptions,
  staple,
  stapleLabels,
} from './consensus/staple.ts';
export {
  type ExportedNnunet,
  type ExportNnunetOptions,
  exportNnunet,
} from './export/export-nnunet.ts';
export { digestOfChannels, imageDigest } from './images/image-digest.ts';
export type { LabelMap } from './images/label-map.ts';
export { labelRemedy } from './images/label-remedy.ts';
export { type PlaceOptions, placeLabels } from './images/place-labels.ts';
export { drawnKind } from './images/read-drawn-mask.ts';
export { readFileOrSeries } from './images/read-file-or-series.ts';
export { isFlatImage, readImageFile } from './images/read-image-file.ts';
export { type ReadLabelsOptions, readLabels } from './images/read-labels.ts';
export { areaOf } from './images/unite-masks.ts';
export type {
  DatasetItem,
  DatasetOptions,
  DatasetSpec,
  ImageSource,
  Skipped,
} from './kinds/dataset-spec.ts';
export { type DatasetName, datasets } from './kinds/datasets.ts';
export { patientOf } from './kinds/patient-of.ts';
export { channelNamesOf, filesOf, type ImageFiles, mapFiles } from './manifest/image-files.ts';
export type { ManifestItem, SplitName } from './manifest/manifest-item.ts';
export { loadManifest, manifestFolder, readManifest } from './manifest/read-manifest.ts';
export { manifestText, writeManifest } from './manifest/write-manifest.ts';
export type { PreparedDataset, SelectionOptions } from './prepare/item-collection.ts';
export { type PrepareOptions, prepareDataset } from './prepare/prepare-dataset.ts';
export { checkLeakage } from './split/check-leakage.ts';
export { findLeaks, type PartItem } from './split/find-leaks.ts';
export { type Split, type SplitConfig, splitCases } from './split/split-cases.ts';
export {
  type FoldOptions,
  foldManifest,
  type SplitManifestOptions,
  splitManifest,
} from './split/split-manifest.ts';
