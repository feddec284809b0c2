export { type ModelCache, usualCache } from './cache/model-cache.ts';
export { filesOfDrop } from './files/files-of-drop.ts';
export type { FileContent, ImageSource, SegmentInput } from './files/image-source.ts';
export type { ModelSource } from './loading/load-model.ts';
export type { ClassDescription, ModelDescription } from './model/model-description.ts';
export {
  type OpenSegmenterOptions,
  openSegmenter,
  type Segmentation,
  type Segmenter,
  type SegmenterInfo,
  type SegmentOptions,
} from './open-segmenter.ts';
export type { Decided, DecideOptions } from './prediction/decided.ts';
export type { Progress } from './prediction/open-network.ts';
export type { EngineChoice } from './prediction/start-engine.ts';
