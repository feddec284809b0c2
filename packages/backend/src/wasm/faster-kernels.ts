import {
  backend_util,
  type KernelConfig,
  slice_util,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import {
  addressOf,
  allocate,
  floats,
  memoryOf,
  sizeOf,
  type WasmBackend,
  withScratch,
} from './backend.ts';
import { matrix } from './batch-normalization.ts';
import { faster } from './kernel.ts';
import { nativeKernels } from './native.ts';

/** Kernels that the WASM backend has but spends most of a training step in, or copies needlessly for. */
export function fasterKernels(): readonly KernelConfig[] {
  return [
    columnReduction('Sum'),
    columnReduction('Mean'),
    batchNormInference(),
    identity(),
    maxPoolGradient(),
    resizeNearestGradient(),
    slice(),
    split(),
    tile(),
  ];
}

/** Sums or means over neighbouring axes before the last, without a transposition. */
function columnReduction(name: 'Sum' | 'Mean'): KernelConfig {
  return faster<{ axis: number | number[]; keepDims: boolean }>(
    name,
    (backend, { x }, { axis, keepDims }) => {
      const { shape, dtype } = x!;
      const axes = util.parseAxisParam(axis, shape).sort((a, b) => a - b);
      const [first, end] = [axes[0] ?? 0, (axes.at(-1) ?? 0) + 1];
      const together = axes.length > 0 && end - first === axes.length && end < shape.length;
      if (dtype !== 'float32' || !together) return undefined;
      const [before, reduced, rest] = [
        shape.slice(0, first),
        shape.slice(first, end),
        shape.slice(end),
      ];
      const [blocks, rows, columns] = [product(before), product(reduced), product(rest)];
      const out = allocate(backend, [
        ...before,
        ...(keepDims ? reduced.map(() => 1) : []),
        ...rest,
      ]);
      withScratch(backend, 4 * columns, (partial) => {
        const [from, to] = [addressOf(backend, x!), addressOf(backend, out)];
        for (let i = 0; i < blocks; i++) {
          nativeKernels(backend).columnSums(
            ...[from + 4 * i * rows * columns, rows, columns, to + 4 * i * columns, partial],
          );
        }
      });
      if (name === 'Mean') {
        const values = floats(backend, out);
        for (let i = 0; i < values.length; i++) values[i]! /= rows;
      }
      return out;
    },
  );
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** Batch normalisation by given statistics: one factor and one offset for each channel. */
function batchNormInference(): KernelConfig {
  return faster<{ varianceEpsilon: number }>(
    'FusedBatchNorm',
    (backend, { x, mean, variance, scale, offset }, { varianceEpsilon }) => {
      const { rows, channels } = matrix(x!);
      const given = [x, mean, variance, scale, offset].filter((tensor) => tensor != null);
      const perChannel = given
        .slice(1)
        .every(({ shape }) => shape.length === 1 && shape[0] === channels);
      if (!perChannel || given.some(({ dtype }) => dtype !== 'float32')) return undefined;
      const out = allocate(backend, x!.shape);
      withScratch(backend, 8 * channels, (scratch) => {
        const factor = new Float32Array(memoryOf(backend).buffer, scratch, 2 * channels);
        const variances = floats(backend, variance!);
        const scales = scale == null ? undefined : floats(backend, scale);
        const offsets = offset == null ? undefined : floats(backend, offset);
        for (let c = 0; c < channels; c++) {
          factor[c] = (scales?.[c] ?? 1) / Math.sqrt(variances[c]! + varianceEpsilon);
          factor[channels + c] = offsets?.[c] ?? 0;
        }
        nativeKernels(backend).normalize(
          ...[addressOf(backend, x!), addressOf(backend, out), rows, channels],
          ...[addressOf(backend, mean!), scratch, scratch + 4 * channels],
        );
      });
      return out;
    },
  );
}

/** A copy of an immutable tensor is the tensor again; gradients keep many. */
function identity(): KernelConfig {
  return faster<object>('Identity', (backend, { x }) => {
    backend.incRef(x!.dataId);
    return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype };
  });
}

type Four = [number, number, number, number];
type PoolArguments = Parameters<typeof backend_util.computePool2DInfo>;

function maxPoolGradient(): KernelConfig {
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

function resizeNearestGradient(): KernelConfig {
  return faster<{ alignCorners: boolean }>(
    'ResizeNearestNeighborGrad',
    (backend, { images, dy }, { alignCorners }) => {
      if (images!.dtype !== 'float32' || dy!.dtype !== 'float32') return undefined;
      const [batch, height, width, channels] = images!.shape as Four;
      const [, rows, columns] = dy!.shape as Four;
      const dx = allocate(backend, images!.shape);
      floats(backend, dx).fill(0);
      withScratch(backend, 4 * (rows + columns), (scratch) => {
        const sources = [
          ...nearest(height, rows, alignCorners),
          ...nearest(width, columns, alignCorners),
        ];
        new Int32Array(memoryOf(backend).buffer, scratch, sources.length).set(sources);
        nativeKernels(backend).scatterPixels(
          ...[addressOf(backend, dy!), addressOf(backend, dx), batch, rows, columns, channels],
          ...[height, width, scratch, scratch + 4 * rows],
        );
      });
      return dx;
    },
  );
}

/** The input position that each output position copies, as TensorFlow.js resizes. */
function nearest(size: number, outSize: number, alignCorners: boolean): number[] {
  const corners = alignCorners && outSize > 1;
  const scale = corners ? (size - 1) / (outSize - 1) : size / outSize;
  return Array.from({ length: outSize }, (_, i) => {
    const at = i * scale;
    return Math.min(size - 1, alignCorners ? Math.round(at) : Math.floor(at));
  });
}

/** A slice copies what it takes, not the whole of what it takes it from. */
function slice(): KernelConfig {
  return faster<{ begin: number | number[]; size: number | number[] }>(
    'Slice',
    (backend, { x }, { begin, size }) => {
      if (!isSliceable(x!)) return undefined;
      const [starts, sizes] = slice_util.parseSliceParams(x as never, begin, size);
      slice_util.assertParamsValid(x as never, starts!, sizes!);
      return takeSlice(backend, x!, starts!, sizes!);
    },
  );
}

function split(): KernelConfig {
  return faster<{ numOrSizeSplits: number | number[]; axis: number }>(
    'SplitV',
    (backend, { x }, { numOrSizeSplits, axis }) => {
      if (!isSliceable(x!)) return undefined;
      const along = util.parseAxisParam(axis, x!.shape)[0]!;
      const starts = x!.shape.map(() => 0);
      const pieces = backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
      return pieces.map((size) => {
        const piece = takeSlice(backend, x!, starts, x!.shape.with(along, size));
        starts[along]! += size;
        return piece;
      });
    },
  );
}

function isSliceable({ dtype, shape }: TensorInfo): boolean {
  return dtype === 'float32' && shape.length >= 1 && shape.length <= 4;
}

function takeSlice(
  backend: WasmBackend,
  x: TensorInfo,
  starts: readonly number[],
  sizes: readonly number[],
): TensorInfo {
  const lead = Array<number>(4 - x.shape.length).fill(1);
  const strides = [...util.computeStrides([...lead, ...x.shape]), 1].map((stride) => 4 * stride);
  const offset = starts.reduce((sum, start, axis) => sum + start * strides[lead.length + axis]!, 0);
  const out = allocate(backend, sizes);
  const [a, b, c, d] = [...lead, ...sizes] as Four;
  nativeKernels(backend).slice(
    ...[addressOf(backend, x) + offset, addressOf(backend, out)],
    ...[a, b, c, 4 * d, strides[0]!, strides[1]!, strides[2]!],
  );
  return out;
}

/** Tiles axis by axis, from the last: a block of the later axes is copied at once. */
function tile(): KernelConfig {
  return faster<{ reps: number[] }>('Tile', (backend, { x }, { reps }) => {
    if (x!.dtype !== 'float32' || sizeOf(x!) === 0) return undefined;
    const out = allocate(
      backend,
      x!.shape.map((size, axis) => size * reps[axis]!),
    );
    const native = nativeKernels(backend);
    const axes = reps
      .map((_, axis) => axis)
      .filter((axis) => reps[axis]! > 1)
      .reverse();
    // Between two axes the intermediate result lies in one half of the scratch memory.
    const largest = 4 * axes.slice(0, -1).reduce((size, axis) => size * reps[axis]!, sizeOf(x!));
    withScratch(backend, 2 * largest, (scratch) => {
      let from = addressOf(backend, x!);
      let block = 4;
      let next = x!.shape.length;
      let blocks = sizeOf(x!);
      axes.forEach((axis, i) => {
        for (; next > axis; ) {
          next--;
          block *= x!.shape[next]!;
          blocks /= x!.shape[next]!;
        }
        const to = i === axes.length - 1 ? addressOf(backend, out) : scratch + (i % 2) * largest;
        native.repeat(from, to, blocks, block, reps[axis]!);
        block *= reps[axis]!;
        from = to;
      });
      if (axes.length === 0) native.repeat(from, addressOf(backend, out), 1, 4 * sizeOf(x!), 1);
    });
    return out;
  });
}
