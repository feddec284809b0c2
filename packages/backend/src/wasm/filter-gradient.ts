import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  align,
  type Convolution,
  geometryBytes,
  type Image,
  imageOf,
  outputSweep,
  positionsOf,
  TILE,
  writeGeometry,
} from './geometry.ts';
import {
  addressOf,
  allocate,
  floats,
  memoryOf,
  type WasmBackend,
  withScratch,
} from './native/backend.ts';
import { type Share, shares } from './native/shares.ts';
import { teamOf } from './native/teams.ts';

/** Sums over more positions than this are added up in double precision. */
const LONG = 1 << 14;

/**
 * The gradient of a convolution with respect to its filter. Threads share the filter's columns (whole groups, else
 * blocks of eight) and, where these are few, its taps: each element is summed by one of them, over all positions in
 * their order, so that the sums do not depend on how many there are.
 */
export function convolveFilterGradient(
  backend: WasmBackend,
  shape: Convolution,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const filter = allocate(backend, shape.filter);
  const team = teamOf(backend);
  const sweep = outputSweep(shape);
  const { groups } = shape;
  const [, , depth, outputs] = shape.filter;
  const width = outputs / groups;
  const isDepthwise = depth === 1 && width === 1;
  const positions = positionsOf(sweep, shape.output[0]);
  const count = team.parts(positions * sweep.taps.length * depth * outputs);
  const columns = shares(outputs, count, isDepthwise || groups === 1 ? 8 : width);
  const taps = shares(sweep.taps.length, Math.floor(count / columns.length));
  const parts = columns.flatMap((ofColumns) => taps.map((ofTaps) => [ofColumns, ofTaps] as const));

  const geometry = align(geometryBytes(sweep, shape.input[3], outputs));
  const room = align(4 * TILE * (5 + (width <= 4 ? 16 : 8 * Math.ceil(width / 8))));
  const isLong = positions > LONG;
  const sums = ([[firstColumn, lastColumn], [firstTap, lastTap]]: readonly [Share, Share]) =>
    align(isLong ? 8 * (lastColumn - firstColumn) * (lastTap - firstTap) * depth : 0);
  const bytes = parts.reduce((total, part) => total + geometry + room + sums(part), 0);
  withScratch(backend, bytes, (scratch) => {
    floats(backend, filter).fill(0);
    let address = scratch;
    const calls = parts.map((part) => {
      const [[first, last], ofTaps] = part;
      const group = isDepthwise ? first : Math.floor(first / width);
      const own = { ...sweep, taps: sweep.taps.slice(...ofTaps) };
      const read = moved(imageOf(backend, x), group * depth);
      writeGeometry(backend, address, own, read, moved(imageOf(backend, dy), first));
      const totals = isLong ? address + geometry + room : 0;
      new Float64Array(memoryOf(backend).buffer, address + geometry + room, sums(part) / 8).fill(0);
      const target = addressOf(backend, filter) + 4 * first;
      const call = isDepthwise
        ? [address, target, last - first, 4 * outputs, totals]
        : [
            ...[address, target, groups === 1 ? 1 : (last - first) / width, depth],
            ...[groups === 1 ? last - first : width, 4 * outputs, address + geometry, totals],
          ];
      address += geometry + room + sums(part);
      return call;
    });
    team.run(isDepthwise ? 'depthwiseFilter' : 'filterGradient', calls);
  });
  return filter;
}

/** What begins `channels` later, with the same steps from pixel to pixel. */
function moved({ address, shape }: Image, channels: number): Image {
  return { address: address + 4 * channels, shape };
}
