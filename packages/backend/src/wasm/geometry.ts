import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, memoryOf, type WasmBackend } from './native/backend.ts';
import type { Share } from './native/shares.ts';

/** A convolution: channels last, `pads` is [top, bottom, left, right]. */
export interface Convolution {
  /** [batch, height, width, channels] */
  readonly input: readonly [number, number, number, number];
  /** [kernel height, kernel width, channels / groups, outputs] */
  readonly filter: readonly [number, number, number, number];
  /** [batch, height, width, outputs] */
  readonly output: readonly [number, number, number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

/** One kernel tap: what it adds to a position's row and column, and its index in the filter. */
type Tap = readonly [row: number, column: number, index: number];

/**
 * Positions and the taps that each reads: position (row, column) reads (row × step + tap), and
 * owns (row × ownStep + origin) of the other tensor.
 */
export interface Sweep {
  readonly rows: number;
  readonly columns: number;
  readonly step: readonly [number, number];
  readonly ownStep: readonly [number, number];
  readonly origin: readonly [number, number];
  readonly taps: readonly Tap[];
}

/** Output positions reading the input. */
export function outputSweep({
  input,
  filter,
  output,
  strides,
  dilations,
  pads,
}: Convolution): Sweep {
  const taps: Tap[] = [];
  for (let ky = 0; ky < filter[0]; ky++) {
    for (let kx = 0; kx < filter[1]; kx++) {
      taps.push([ky * dilations[0] - pads[0], kx * dilations[1] - pads[2], ky * filter[1] + kx]);
    }
  }
  return withoutIdleTaps(
    {
      rows: output[1],
      columns: output[2],
      step: strides,
      ownStep: [1, 1],
      origin: [0, 0],
      taps,
    },
    input,
  );
}

/**
 * Input positions reading the output's gradient. A stride parts them into classes, (row mod
 * stride, column mod stride), each with the taps that meet it.
 */
export function inputSweeps({
  input,
  filter,
  output,
  strides,
  dilations,
  pads,
}: Convolution): Sweep[] {
  const sweeps: Sweep[] = [];
  for (let y = 0; y < Math.min(strides[0], input[1]); y++) {
    for (let x = 0; x < Math.min(strides[1], input[2]); x++) {
      const taps: Tap[] = [];
      for (let ky = 0; ky < filter[0]; ky++) {
        const row = (y + pads[0] - ky * dilations[0]) / strides[0];
        for (let kx = 0; kx < filter[1]; kx++) {
          const column = (x + pads[2] - kx * dilations[1]) / strides[1];
          if (Number.isInteger(row) && Number.isInteger(column)) {
            taps.push([row, column, ky * filter[1] + kx]);
          }
        }
      }
      const sweep: Sweep = {
        rows: Math.ceil((input[1] - y) / strides[0]),
        columns: Math.ceil((input[2] - x) / strides[1]),
        step: [1, 1],
        ownStep: strides,
        origin: [y, x],
        taps,
      };
      sweeps.push(withoutIdleTaps(sweep, output));
    }
  }
  return sweeps;
}

/** Taps that meet nothing but padding are left out: with large dilations most of them. */
function withoutIdleTaps(sweep: Sweep, read: readonly [number, number, number, number]): Sweep {
  const meets = (offset: number, count: number, step: number, size: number) =>
    offset < size && offset + (count - 1) * step >= 0;
  return {
    ...sweep,
    taps: sweep.taps.filter(
      ([row, column]) =>
        meets(row, sweep.rows, sweep.step[0], read[1]) &&
        meets(column, sweep.columns, sweep.step[1], read[2]),
    ),
  };
}

/** Where a tensor lies, and its shape. */
export interface Image {
  readonly address: number;
  readonly shape: readonly [number, number, number, number];
}

const GEOMETRY_BYTES = 4 * 28;

/** Positions handled at a time: their rows stay in the second-level cache. */
export const TILE = 256;

/** Bytes that `writeGeometry` takes. */
export function geometryBytes(sweep: Sweep, readChannels: number, ownChannels: number): number {
  const taps = sweep.taps.length;
  return GEOMETRY_BYTES + 4 * (3 * taps + readChannels + ownChannels + TILE * (taps + 1));
}

/** How many positions a sweep has in `batch` images. */
export function positionsOf({ rows, columns }: Sweep, batch: number): number {
  return batch * rows * columns;
}

/** Writes a sweep as `assembly/geometry.ts` reads it, with what it needs behind it. */
export function writeGeometry(
  backend: WasmBackend,
  address: number,
  sweep: Sweep,
  read: Image,
  own: Image,
  [first, last]: Share = [0, positionsOf(sweep, read.shape[0])],
): void {
  const taps = tapsOf(address);
  const zeros = taps + 12 * sweep.taps.length;
  const sink = zeros + 4 * read.shape[3];
  const owners = sink + 4 * own.shape[3];
  const table = owners + 4 * TILE;
  const fields = [
    ...[read.address, first, last, read.shape[1], read.shape[2], 4 * read.shape[3]],
    ...[sweep.rows, sweep.columns, ...sweep.step],
    ...[own.address, own.shape[1], own.shape[2], 4 * own.shape[3]],
    ...[...sweep.ownStep, ...sweep.origin],
    ...[taps, sweep.taps.length, zeros, sink, table, owners, TILE],
  ];
  const { buffer } = memoryOf(backend);
  new Int32Array(buffer, address, fields.length).set(fields);
  new Int32Array(buffer, taps, 3 * sweep.taps.length).set(sweep.taps.flat());
  new Float32Array(buffer, zeros, read.shape[3]).fill(0);
}

/** Where a written sweep's taps lie. */
export function tapsOf(geometry: number): number {
  return geometry + GEOMETRY_BYTES;
}

export function imageOf(backend: WasmBackend, tensor: TensorInfo): Image {
  return { address: addressOf(backend, tensor), shape: tensor.shape as unknown as Image['shape'] };
}

/** Bytes up to where the next thing may lie. */
export function align(bytes: number): number {
  return 16 * Math.ceil(bytes / 16);
}
