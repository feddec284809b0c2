export { type DenseASPPOptions, denseASPP } from './dense-aspp.ts';
export { m2SNet } from './m2snet.ts';
export type { NetworkOptions } from './network-options.ts';
export { createNetwork, type NetworkName, type NetworkSpec, networks } from './networks.ts';
