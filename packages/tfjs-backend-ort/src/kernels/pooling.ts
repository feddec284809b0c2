import * as tf from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Handle, nchw } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import type { Attrs, ValueType } from '../graph/value-type.ts';
import { padsOf } from './convolution-geometry.ts';
import { maximaByTaps, placesByTaps } from './places-by-taps.ts';
import { mean } from './reduce.ts';

type Shape4 = [number, number, number, number];

interface Pool {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** `[top, left, bottom, right]`, so wide that the window fits as often as there are results. */
  readonly pads: Shape4;
  readonly outShape: Shape4;
}

/** @param yShape shape of the result: TensorFlow.js tells gradients nothing of how sizes were rounded */
function resolve(attrs: Attrs, shape: readonly number[], yShape?: readonly number[]): Pool {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as {
    filterSize: number;
    strides: number;
    pad: 'same' | 'valid' | number;
    dimRoundingMode: 'floor' | 'round' | 'ceil';
  };
  const info = tf.backend_util.computePool2DInfo(
    [...shape] as Shape4,
    filterSize,
    strides,
    attrs['dilations'] ?? 1,
    pad,
    dimRoundingMode,
  );
  const outShape = (yShape ?? info.outShape) as Shape4;
  const [top, bottom, left, right] = padsOf(info, [outShape[1], outShape[2]], [0, 0]);
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
    outShape,
  };
}

const attributes = ({ kernel, strides, dilations, pads }: Pool) => ({
  kernel_shape: kernel,
  strides,
  dilations,
  pads,
});

const result = (_inputs: readonly ValueType[], { outShape }: Attrs): ValueType => ({
  shape: outShape,
  dtype: 'float32',
});

const channelsSecond = ([b, h, w, c]: readonly number[]) => [b!, c!, h!, w!];

/** How many input pixels each window sees, `[1, 1, oh, ow]`. */
function windowSizes(pool: Pool, height: number, width: number): Float32Array {
  const [, oh, ow] = pool.outShape;
  const seen = (out: number, size: number, axis: 0 | 1) => {
    let count = 0;
    for (let k = 0; k < pool.kernel[axis]; k++) {
      const at = out * pool.strides[axis] + k * pool.dilations[axis] - pool.pads[axis]!;
      if (at >= 0 && at < size) count++;
    }
    return count;
  };
  return Float32Array.from(
    { length: oh * ow },
    (_, i) => 1 / Math.max(1, seen(Math.floor(i / ow), height, 0) * seen(i % ow, width, 1)),
  );
}

function averageGradient(graph: GraphBuilder, dy: Handle, pool: Pool, shape: Shape4): Handle {
  const [, height, width, channels] = shape;
  const [, oh, ow] = pool.outShape;
  const shares = graph.floats(windowSizes(pool, height, width), [1, 1, oh, ow]);
  const shared = graph.op('Mul', [graph.inLayout(dy, nchw), shares]);
  const [kh, kw] = pool.kernel;
  if (oh === 1 && ow === 1 && kh === height && kw === width) {
    const name = graph.op('Expand', [shared, graph.ints(channelsSecond(shape))]);
    return graph.handle(name, shape, 'float32', nchw);
  }
  const ones = graph.floats(new Float32Array(channels * kh * kw).fill(1), [channels, 1, kh, kw]);
  const reach = (axis: 0 | 1) => pool.dilations[axis] * (pool.kernel[axis] - 1) + 1;
  const left = (size: number, out: number, axis: 0 | 1) =>
    size - ((out - 1) * pool.strides[axis] + reach(axis) - pool.pads[axis]! - pool.pads[axis + 2]!);
  const name = graph.op('ConvTranspose', [shared, ones], {
    ...attributes(pool),
    output_padding: [left(height, oh, 0), left(width, ow, 1)],
    group: channels,
  });
  return graph.handle(name, shape, 'float32', nchw);
}

/** Whether one window is the whole image. */
const isWhole = ({ kernel, pads, outShape }: Pool, [, height, width]: readonly number[]) =>
  outShape[1] === 1 &&
  outShape[2] === 1 &&
  kernel[0] === height &&
  kernel[1] === width &&
  pads.every((pad) => pad === 0);

/** ONNX wants padding smaller than the window. */
const wide = ({ kernel, pads }: Pool) => pads.some((pad, i) => pad >= kernel[i % 2]!);

function padImage(graph: GraphBuilder, image: string, { pads }: Pool, value: string): string {
  const [top, left, bottom, right] = pads;
  return graph.op('Pad', [image, graph.ints([0, 0, top, left, 0, 0, bottom, right]), value]);
}

/**
 * The maxima and, but on WebGPU, where each came from, which costs more. Whole numbers go through
 * double: ONNX Runtime has no maxima of int32, and float32 holds 24 bits.
 */
function maxPool(graph: GraphBuilder, x: Handle, pool: Pool, results: 1 | 2): string[] {
  const isFloat = x.dtype === 'float32';
  if (graph.webgpu && !isFloat) return [maximaByTaps(graph, paddedLow(graph, x, pool), pool)];
  const given = graph.inLayout(x, nchw);
  const image = isFloat ? given : graph.castName(given, 'float64');
  if (!wide(pool)) return graph.ops('MaxPool', [image], results, attributes(pool));
  const lowest = graph.scalar(-Infinity, isFloat ? 'float32' : 'float64');
  const padded = padImage(graph, image, pool, lowest);
  return graph.ops('MaxPool', [padded], results, attributes({ ...pool, pads: [0, 0, 0, 0] }));
}

/** Where each maximum came from, counted through the image channels second. */
function placesOfMaxima(graph: GraphBuilder, x: Handle, pool: Pool): string {
  if (!graph.webgpu) return maxPool(graph, x, pool, 2)[1]!;
  return placesByTaps(graph, paddedLow(graph, x, pool), pool, channelsSecond(x.shape));
}

/** The image, channels second, with the lowest numbers around it. */
function paddedLow(graph: GraphBuilder, x: Handle, pool: Pool): string {
  return padImage(graph, graph.inLayout(x, nchw), pool, graph.scalar(-Infinity, x.dtype));
}

/** Pooling over height and width, and its gradients. */
export const poolingKernels: readonly KernelDefinition[] = [
  {
    name: 'MaxPool',
    inputs: ['x'],
    attrs: (attrs, [x]) => ({ ...resolve(attrs, x!.shape) }),
    outputs: ([x], { outShape }) => ({ shape: outShape, dtype: x!.dtype }),
    emit: (graph, [x], attrs, [out]) => {
      const [y] = maxPool(graph, x!, attrs as Pool, 1);
      const { shape, dtype } = out!;
      const name = dtype === 'float32' ? y! : graph.castName(y!, dtype);
      return graph.handle(name, shape, dtype, nchw);
    },
  },
  {
    name: 'MaxPoolGrad',
    inputs: ['dy', 'input'],
    attrs: (attrs, [dy, input]) => ({ ...resolve(attrs, input!.shape, dy!.shape) }),
    outputs: ([, input]) => input!,
    // MaxPool's second result says where each maximum came from.
    emit: (graph, [dy, input], attrs, [out]) => {
      const pool = attrs as Pool;
      if (wide(pool)) {
        throw new RangeError(
          `ort backend: the gradient of \`maxPool\` needs a padding smaller than its window [${pool.kernel}], got [${pool.pads}].`,
        );
      }
      const from = placesOfMaxima(graph, input!, pool);
      const length = out!.shape.reduce((a, b) => a * b, 1);
      const places = graph.op('Reshape', [from, graph.ints([-1])]);
      const values = graph.op('Reshape', [graph.inLayout(dy!, nchw), graph.ints([-1])]);
      const zeros = graph.op('Expand', [graph.scalar(0), graph.ints([length])]);
      const sums = graph.op('ScatterElements', [zeros, places, values], {
        axis: 0,
        reduction: 'add',
      });
      const name = graph.reshape(sums, [length], channelsSecond(out!.shape));
      return graph.handle(name, out!.shape, 'float32', nchw);
    },
  },
  {
    name: 'AvgPool',
    inputs: ['x'],
    attrs: (attrs, [x]) => ({ ...resolve(attrs, x!.shape) }),
    outputs: result,
    emit: (graph, [x], attrs, [out]) => {
      const pool = attrs as Pool;
      if (isWhole(pool, x!.shape)) return mean(graph, graph.cast(x!, 'float32'), [1, 2], true);
      const image = graph.inLayout(graph.cast(x!, 'float32'), nchw);
      const attributes = { kernel_shape: pool.kernel, strides: pool.strides };
      if (!wide(pool)) {
        const name = graph.op('AveragePool', [image], { ...attributes, pads: pool.pads });
        return graph.handle(name, out!.shape, 'float32', nchw);
      }
      // Averages over zeros too, then divided by what there really was.
      const [, height, width] = x!.shape as Shape4;
      const [, oh, ow] = pool.outShape;
      const padded = padImage(graph, image, pool, graph.scalar(0));
      const average = graph.op('AveragePool', [padded], attributes);
      const area = pool.kernel[0] * pool.kernel[1];
      const shares = windowSizes(pool, height, width).map((share) => share * area);
      const name = graph.op('Mul', [average, graph.floats(shares, [1, 1, oh, ow])]);
      return graph.handle(name, out!.shape, 'float32', nchw);
    },
  },
  {
    name: 'AvgPoolGrad',
    inputs: ['dy', 'input'],
    attrs: (attrs, [dy, input]) => ({ ...resolve(attrs, input!.shape, dy!.shape) }),
    outputs: ([, input]) => ({ shape: input!.shape, dtype: 'float32' }),
    emit: (graph, [dy], attrs, [out]) =>
      averageGradient(graph, dy!, attrs as Pool, out!.shape as Shape4),
  },
];
