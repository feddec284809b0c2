import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Maps of one size, their channels one after the other. */
export function join(name: string, ...parts: SymbolicTensor[]): SymbolicTensor {
  return layers.concatenate({ name }).apply(parts) as SymbolicTensor;
}

/** Maps of one shape, added up. */
export function sum(name: string, ...parts: SymbolicTensor[]): SymbolicTensor {
  return layers.add({ name }).apply(parts) as SymbolicTensor;
}
