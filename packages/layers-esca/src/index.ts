export { type AdaptiveKernelSizeOptions, adaptiveKernelSize } from './adaptive-kernel-size.ts';
export { ESCA, type ESCAActivation, type ESCAArgs, type ESCAPreset, esca } from './esca.ts';
