import { backend_util, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolveInputGradient } from './convolution.ts';
import { convolveFilterGradient } from './filter-gradient.ts';
import type { Convolution } from './geometry.ts';
import { float32, kernel } from './kernel.ts';

type Four = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = Parameters<typeof backend_util.computeConv2DInfo>[5];

interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number];
  readonly pad: Pad;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: Rounding;
}

/** TensorFlow.js's own convolution gradients, which its WASM backend lacks or computes slowly. */
export const tfjsConvolution: readonly KernelConfig[] = [
  kernel('Conv2DBackpropInput', (backend, inputs, attrs: Attributes & { inputShape: Four }) => {
    const name = 'Conv2DBackpropInput';
    const dy = float32(name, 'dy', inputs['dy']);
    const filter = float32(name, 'filter', inputs['filter']);
    const shape = describe(name, attrs.inputShape, filter.shape, attrs, false);
    return convolveInputGradient(backend, shape, dy, filter);
  }),
  kernel('Conv2DBackpropFilter', (backend, inputs, attrs: Attributes & { filterShape: Four }) => {
    const name = 'Conv2DBackpropFilter';
    const x = float32(name, 'x', inputs['x']);
    const dy = float32(name, 'dy', inputs['dy']);
    const shape = describe(name, x.shape, attrs.filterShape, attrs, false);
    return convolveFilterGradient(backend, shape, x, dy);
  }),
  kernel(
    'DepthwiseConv2dNativeBackpropInput',
    (backend, inputs, attrs: Attributes & { inputShape: Four }) => {
      const name = 'DepthwiseConv2dNativeBackpropInput';
      const dy = float32(name, 'dy', inputs['dy']);
      const filter = float32(name, 'filter', inputs['filter']);
      const shape = describe(name, attrs.inputShape, filter.shape, attrs, true);
      return convolveInputGradient(backend, shape, dy, filter);
    },
  ),
  kernel(
    'DepthwiseConv2dNativeBackpropFilter',
    (backend, inputs, attrs: Attributes & { filterShape: Four }) => {
      const name = 'DepthwiseConv2dNativeBackpropFilter';
      const x = float32(name, 'x', inputs['x']);
      const dy = float32(name, 'dy', inputs['dy']);
      const shape = describe(name, x.shape, attrs.filterShape, attrs, true);
      const gradient = convolveFilterGradient(backend, shape, x, dy);
      // [height, width, 1, channels × multiplier] in memory is [height, width, channels, multiplier].
      gradient.shape = [...attrs.filterShape];
      return gradient;
    },
  ),
];

function describe(
  name: string,
  input: readonly number[],
  filter: readonly number[],
  { strides, dilations = 1, pad, dataFormat = 'NHWC', dimRoundingMode }: Attributes,
  depthwise: boolean,
): Convolution {
  if (dataFormat !== 'NHWC') {
    throw new RangeError(`\`${name}\` on wasm: data format must be NHWC, got ${dataFormat}.`);
  }
  const info = backend_util.computeConv2DInfo(
    input as Four,
    filter as Four,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  const { padInfo } = info;
  return {
    input: info.inShape,
    filter: [
      info.filterHeight,
      info.filterWidth,
      depthwise ? 1 : info.inChannels,
      info.outChannels,
    ],
    output: [info.batchSize, info.outHeight, info.outWidth, info.outChannels],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right],
    groups: depthwise ? info.inChannels : 1,
  };
}
