export { columnProducts, columnSums, rowSums } from './columns';
export { convolve, packFilter } from './convolution';
export { repeat, slice } from './copy';
export { depthwise, depthwiseFilter } from './depthwise';
export { adamW, reluGradient } from './elementwise';
export { filterGradient } from './filter-gradient';
export { normalize, normalizeGradient } from './normalization';
export { maxPoolGradient, scatterPixels } from './pooling';
