export { convolve, packFilter } from './convolution';
export { depthwise, depthwiseFilter } from './depthwise';
export { filterGradient } from './filter-gradient';
