export { type ConfusionTensorOptions, confusionTensor } from './confusion-tensor.ts';
export type { OverlapName } from './overlap-formulas.ts';
export { type OverlapMetric, type OverlapMetricOptions, overlapMetric } from './overlap-metric.ts';
export { type OverlapTensorOptions, overlapTensor } from './overlap-tensor.ts';
export { readConfusions } from './read-confusions.ts';
