import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  addressOf,
  allocate,
  floats,
  memoryOf,
  sizeOf,
  type WasmBackend,
  withScratch,
} from './backend.ts';
import {
  type Convolution,
  geometryBytes,
  inputSweeps,
  outputSweep,
  type Sweep,
  TILE,
  writeGeometry,
} from './geometry.ts';
import { nativeKernels } from './native.ts';

/** The convolution of `x` with `filter`. */
export function convolve(
  backend: WasmBackend,
  shape: Convolution,
  x: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const y = allocate(backend, shape.output);
  const [, , depth, outputs] = shape.filter;
  const width = outputs / shape.groups;
  sweepFilter(backend, outputSweep(shape), x, y, filter, {
    groups: shape.groups,
    depth,
    width,
    tapStride: depth * outputs,
    groupStride: width,
    inStride: outputs,
    outStride: 1,
  });
  return y;
}

/** The gradient of a convolution with respect to its input. */
export function convolveInputGradient(
  backend: WasmBackend,
  shape: Convolution,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const dx = allocate(backend, shape.input);
  const [, , depth, outputs] = shape.filter;
  const width = outputs / shape.groups;
  for (const sweep of inputSweeps(shape)) {
    sweepFilter(backend, sweep, dy, dx, filter, {
      groups: shape.groups,
      depth: width,
      width: depth,
      tapStride: depth * outputs,
      groupStride: width,
      inStride: 1,
      outStride: outputs,
    });
  }
  return dx;
}

/** Sums over more positions than this are added up in double precision. */
const LONG = 1 << 14;

/** The gradient of a convolution with respect to its filter. */
export function convolveFilterGradient(
  backend: WasmBackend,
  shape: Convolution,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const filter = allocate(backend, shape.filter);
  const native = nativeKernels(backend);
  const sweep = outputSweep(shape);
  const { groups } = shape;
  const [, , depth, outputs] = shape.filter;
  const width = outputs / groups;
  const geometry = align(geometryBytes(sweep, shape.input[3], outputs));
  const scratch = 4 * TILE * (5 + (width <= 4 ? 16 : 8 * Math.ceil(width / 8)));
  const size = sizeOf(filter);
  const [batch, rows, columns] = shape.output;
  const isLong = batch * rows * columns > LONG;
  withScratch(backend, geometry + align(scratch) + (isLong ? 8 * size : 0), (address) => {
    writeGeometry(backend, address, sweep, at(backend, x), at(backend, dy));
    const target = addressOf(backend, filter);
    floats(backend, filter).fill(0);
    const room = address + geometry;
    const totals = isLong ? room + align(scratch) : 0;
    if (isLong) new Float64Array(memoryOf(backend).buffer, totals, size).fill(0);
    if (depth === 1 && width === 1) native.depthwiseFilter(address, target, groups, totals, size);
    else native.filterGradient(address, target, groups, depth, width, room, totals, size);
  });
  return filter;
}

interface FilterLayout {
  readonly groups: number;
  /** Channels read and channels made in each group. */
  readonly depth: number;
  readonly width: number;
  readonly tapStride: number;
  readonly groupStride: number;
  readonly inStride: number;
  readonly outStride: number;
}

function sweepFilter(
  backend: WasmBackend,
  sweep: Sweep,
  read: TensorInfo,
  own: TensorInfo,
  filter: TensorInfo,
  layout: FilterLayout,
): void {
  const native = nativeKernels(backend);
  const { groups, depth, width } = layout;
  const isDepthwise = depth === 1 && width === 1;
  const geometry = align(geometryBytes(sweep, groups * depth, groups * width));
  const packedBytes = isDepthwise ? 0 : 4 * sweep.taps.length * groups * packedSize(depth, width);
  withScratch(backend, geometry + packedBytes, (address) => {
    const { taps } = writeGeometry(backend, address, sweep, at(backend, read), at(backend, own));
    const weights = addressOf(backend, filter);
    if (isDepthwise) {
      native.depthwise(address, weights, groups);
      return;
    }
    const packed = address + geometry;
    native.packFilter(
      weights,
      packed,
      taps,
      sweep.taps.length,
      groups,
      depth,
      width,
      layout.tapStride,
      layout.groupStride,
      layout.inStride,
      layout.outStride,
    );
    native.convolve(address, packed, groups, depth, width);
  });
}

/** Weights of one tap in one group after packing: blocks of 8 outputs, the last 4 where that is enough. */
function packedSize(depth: number, width: number): number {
  const left = width % 8;
  const last = left === 0 ? 0 : left > 4 ? 8 * depth : 16 * Math.ceil(depth / 4);
  return 8 * Math.floor(width / 8) * depth + last;
}

function at(backend: WasmBackend, tensor: TensorInfo) {
  return {
    address: addressOf(backend, tensor),
    shape: tensor.shape as [number, number, number, number],
  };
}

function align(bytes: number): number {
  return 16 * Math.ceil(bytes / 16);
}
