import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { convolve, convolveInputGradient } from './convolution.ts';
import { convolveFilterGradient } from './filter-gradient.ts';
import type { Convolution } from './geometry.ts';
import { float32, kernel } from './kernel.ts';

type Four = readonly [number, number, number, number];

interface Attributes {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: Four;
  readonly groups: number;
}

/** `StsConv2D` and its gradients: groups, dilation, strides and explicit padding together. */
export const stsConvolution: readonly KernelConfig[] = [
  kernel('StsConv2D', (backend, inputs, attrs: Attributes) => {
    const x = float32('StsConv2D', 'x', inputs['x']);
    const filter = float32('StsConv2D', 'filter', inputs['filter']);
    return convolve(backend, convolution('StsConv2D', x.shape, filter.shape, attrs), x, filter);
  }),
  kernel('StsConv2DBackpropInput', (backend, inputs, attrs: Attributes & { inputShape: Four }) => {
    const name = 'StsConv2DBackpropInput';
    const dy = float32(name, 'dy', inputs['dy']);
    const filter = float32(name, 'filter', inputs['filter']);
    const shape = convolution(name, attrs.inputShape, filter.shape, attrs);
    checkGradient(name, shape, dy);
    return convolveInputGradient(backend, shape, dy, filter);
  }),
  kernel(
    'StsConv2DBackpropFilter',
    (backend, inputs, attrs: Attributes & { filterShape: Four }) => {
      const name = 'StsConv2DBackpropFilter';
      const x = float32(name, 'x', inputs['x']);
      const dy = float32(name, 'dy', inputs['dy']);
      const shape = convolution(name, x.shape, attrs.filterShape, attrs);
      checkGradient(name, shape, dy);
      return convolveFilterGradient(backend, shape, x, dy);
    },
  ),
];

/** The convolution of an input and a filter, with its output's shape. */
function convolution(
  name: string,
  input: readonly number[],
  filter: readonly number[],
  { strides, dilations, pads, groups }: Attributes,
): Convolution {
  const [batch, height, width, channels] = input as Four;
  const [kernelHeight, kernelWidth, depth, outputs] = filter as Four;
  if (
    input.length !== 4 ||
    filter.length !== 4 ||
    channels !== depth * groups ||
    outputs % groups
  ) {
    throw new RangeError(
      `\`${name}\`: input [${input}] does not fit filter [${filter}] in ${groups} groups; needed are [batch, height, width, channels] and [height, width, channels / groups, outputs], outputs a multiple of groups.`,
    );
  }
  const extent = (size: number, axis: 0 | 1, before: number, after: number, taps: number) =>
    Math.floor((size + before + after - dilations[axis] * (taps - 1) - 1) / strides[axis]) + 1;
  const rows = extent(height, 0, pads[0], pads[1], kernelHeight);
  const columns = extent(width, 1, pads[2], pads[3], kernelWidth);
  if (!(rows > 0 && columns > 0)) {
    throw new RangeError(
      `\`${name}\`: a ${kernelHeight}×${kernelWidth} kernel with dilations [${dilations}] does not fit into ${height}×${width} padded by [${pads}]; pad more or dilate less.`,
    );
  }
  return {
    input: [batch, height, width, channels],
    filter: [kernelHeight, kernelWidth, depth, outputs],
    output: [batch, rows, columns, outputs],
    strides,
    dilations,
    pads,
    groups,
  };
}

function checkGradient(name: string, { output }: Convolution, dy: TensorInfo): void {
  if (dy.shape.length !== 4 || dy.shape.some((size, axis) => size !== output[axis])) {
    throw new RangeError(`\`${name}\`: dy must be [${output}], got [${dy.shape}].`);
  }
}
