import { backend_util, type KernelConfig } from '@tensorflow/tfjs-core';
import { addressOf, allocate, floats } from '../backend.ts';
import { faster } from '../kernel.ts';
import { nativeKernels } from '../native.ts';

type Four = [number, number, number, number];
type PoolArguments = Parameters<typeof backend_util.computePool2DInfo>;

/** The gradient of a maximum pool goes to the first of equal values, as in the plain JavaScript backend. */
export function maxPoolGradient(): KernelConfig {
  return faster<{
    filterSize: PoolArguments[1];
    strides: PoolArguments[2];
    pad: PoolArguments[4];
    dimRoundingMode?: PoolArguments[5];
  }>('MaxPoolGrad', (backend, { dy, input, output }, attrs) => {
    if ([dy, input, output].some((tensor) => tensor?.dtype !== 'float32')) return undefined;
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = backend_util.computePool2DInfo(
      input!.shape as Four,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const dx = allocate(backend, input!.shape);
    floats(backend, dx).fill(0);
    nativeKernels(backend).maxPoolGradient(
      ...[input!, output!, dy!, dx].map((tensor) => addressOf(backend, tensor)),
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      ...[info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
      ...[info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth],
      ...[info.padInfo.top, info.padInfo.left],
    );
    return dx;
  });
}
