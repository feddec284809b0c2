import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { addressOf, allocate, floats, sizeOf } from '../native/backend.ts';
import { teamOf } from '../native/teams.ts';

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
    const tensors = [input!, output!, dy!, dx];
    const work = sizeOf(output!) * info.filterHeight * info.filterWidth;
    teamOf(backend).share('maxPoolGradient', { total: info.batchSize, work }, (first, last) => [
      ...tensors.map((tensor) => addressOf(backend, tensor) + 4 * first * imageSize(tensor)),
      ...[last - first, info.inHeight, info.inWidth, info.inChannels],
      ...[info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
      ...[info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth],
      ...[info.padInfo.top, info.padInfo.left],
    ]);
    return dx;
  });
}

function imageSize({ shape }: TensorInfo): number {
  return shape.slice(1).reduce((a, b) => a * b, 1);
}
