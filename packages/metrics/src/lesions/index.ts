export { type LesionLoad, type LesionLoadOptions, lesionLoad } from './lesion-load.ts';
export {
  type LesionWiseHausdorff,
  type LesionWiseHausdorffOptions,
  lesionWiseHausdorff,
} from './lesion-wise-hausdorff.ts';
export { hungarianMatching, type MatcherOptions, voronoiMatching } from './matchers.ts';
export { recallBySize, type SizeBin } from './recall-by-size.ts';
