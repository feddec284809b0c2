import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  align,
  type Convolution,
  geometryBytes,
  imageOf,
  inputSweeps,
  outputSweep,
  positionsOf,
  type Sweep,
  tapsOf,
  writeGeometry,
} from './geometry.ts';
import { addressOf, allocate, type WasmBackend, withScratch } from './native/backend.ts';
import { shares } from './native/shares.ts';
import type { Team } from './native/team.ts';
import { teamOf } from './native/teams.ts';

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
  const team = teamOf(backend);
  const { groups, depth, width } = layout;
  const isDepthwise = depth === 1 && width === 1;
  const geometry = align(geometryBytes(sweep, groups * depth, groups * width));
  const taps = sweep.taps.length;
  const packedBytes = isDepthwise ? 0 : 4 * taps * groups * packedSize(depth, width);
  const positions = positionsOf(sweep, own.shape[0]!);
  const parts = team.parts(positions * taps * groups * depth * width);
  // Eight, as positions are handled: so that each sum is the same whoever makes it.
  const ranges = shares(positions, parts, 8);
  withScratch(backend, geometry * ranges.length + packedBytes, (address) => {
    const [from, to] = [imageOf(backend, read), imageOf(backend, own)];
    const places = ranges.map((range, i) => {
      writeGeometry(backend, address + i * geometry, sweep, from, to, range);
      return address + i * geometry;
    });
    const weights = addressOf(backend, filter);
    if (isDepthwise) {
      team.run(
        'depthwise',
        places.map((place) => [place, weights, groups]),
      );
      return;
    }
    const packed = address + geometry * ranges.length;
    packFilter(team, weights, packed, tapsOf(address), taps, layout);
    team.run(
      'convolve',
      places.map((place) => [place, packed, groups, depth, width]),
    );
  });
}

/** By groups, or where there is one by blocks of eight outputs. */
function packFilter(
  team: Team,
  weights: number,
  packed: number,
  tapList: number,
  taps: number,
  { groups, depth, width, tapStride, groupStride, inStride, outStride }: FilterLayout,
): void {
  const strides = [tapStride, groupStride, inStride, outStride];
  // A weight is as much to move as some are to multiply.
  const work = 4 * taps * groups * depth * width;
  if (groups > 1) {
    team.share('packFilter', { total: groups, work }, (first, last) => [
      ...[weights + 4 * first * groupStride, packed + 4 * taps * first * packedSize(depth, width)],
      ...[tapList, taps, last - first, depth, width],
      ...strides,
    ]);
    return;
  }
  team.share('packFilter', { total: width, unit: 8, work }, (first, last) => [
    ...[weights + 4 * first * outStride, packed + 4 * taps * first * depth],
    ...[tapList, taps, 1, depth, last - first],
    ...strides,
  ]);
}

/** Weights of one tap in one group after packing: blocks of 8 outputs, the last 4 where that is enough. */
function packedSize(depth: number, width: number): number {
  const left = width % 8;
  const last = left === 0 ? 0 : left > 4 ? 8 * depth : 16 * Math.ceil(depth / 4);
  return 8 * Math.floor(width / 8) * depth + last;
}
