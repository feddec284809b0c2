import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, type WasmBackend } from '../native/backend.ts';
import { nativeKernels } from '../native/teams.ts';

/** Whether `takeSlice` can take slices of a tensor. */
export function isSliceable({ dtype, shape }: TensorInfo): boolean {
  return dtype === 'float32' && shape.length >= 1 && shape.length <= 4;
}

/** The part of `x` that begins at `starts` and has the shape `sizes`. */
export function takeSlice(
  backend: WasmBackend,
  x: TensorInfo,
  starts: readonly number[],
  sizes: readonly number[],
): TensorInfo {
  const lead = Array<number>(4 - x.shape.length).fill(1);
  const strides = [...util.computeStrides([...lead, ...x.shape]), 1].map((stride) => 4 * stride);
  const offset = starts.reduce((sum, start, axis) => sum + start * strides[lead.length + axis]!, 0);
  const out = allocate(backend, sizes);
  const [a, b, c, d] = [...lead, ...sizes] as [number, number, number, number];
  nativeKernels(backend).slice(
    ...[addressOf(backend, x) + offset, addressOf(backend, out)],
    ...[a, b, c, 4 * d, strides[0]!, strides[1]!, strides[2]!],
  );
  return out;
}
