export type { NdArray } from 'ndarray';
export { ndarray } from './ndarray.ts';
