import * as tf from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Handle, nchw, oihw } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, identity, type ValueType } from '../graph/value-type.ts';
import { activate, addBias } from './activation.ts';
import { backpropInput, filterHandle, forward, ofNothing, sized } from './convolution.ts';
import { type Convolution, padsOf } from './convolution-geometry.ts';
import { backpropFilter } from './filter-gradient.ts';
import { reshape } from './moves.ts';

type Shape4 = [number, number, number, number];

/** TensorFlow.js's attributes with everything resolved that depends on the shapes. */
function resolve(
  attrs: Attrs,
  xShape: readonly number[],
  filter: readonly number[],
  deep: boolean,
  yShape?: readonly number[],
): Attrs {
  const info = tf.backend_util.computeConv2DInfo(
    [...xShape] as Shape4,
    [...filter] as Shape4,
    attrs['strides'],
    attrs['dilations'] ?? 1,
    attrs['pad'],
    attrs['dimRoundingMode'],
    deep,
    tf.backend_util.convertConv2DDataFormat(attrs['dataFormat'] ?? 'NHWC'),
  );
  const outShape = yShape ?? info.outShape;
  const channelsFirst = info.dataFormat === 'channelsFirst';
  const [height, width] = outShape.slice(channelsFirst ? 2 : 1) as [number, number];
  const { bottom, right } = info.padInfo;
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info, [height, width], [bottom, right]),
    groups: deep ? info.inChannels : 1,
    outShape,
    channelsFirst,
    activation: attrs['activation'],
    leakyreluAlpha: attrs['leakyreluAlpha'],
    inShape: [...xShape],
    filterShape: [...filter],
  };
}

const layoutOf = (attrs: Attrs) => (attrs['channelsFirst'] ? identity(4) : nchw);
const pick = (shape: readonly number[], layout: readonly number[]) =>
  layout.map((axis) => shape[axis]!) as unknown as Shape4;

/** `[kh, kw, c, m]` depthwise filters as `[kh, kw, 1, c·m]`. */
const grouped = (graph: GraphBuilder, filter: Handle): Handle => {
  const [kh, kw, c, m] = filter.shape as Shape4;
  return reshape(graph, filter, [kh, kw, 1, c * m]);
};

const convolve =
  (deep: boolean): KernelDefinition['emit'] =>
  (graph, inputs, attrs, [out]) => {
    const [x, filter, bias, prelu] = inputs;
    const zeros = ofNothing(graph, [x, filter], out!);
    if (zeros !== undefined) return activate(graph, addBias(graph, zeros, bias), attrs, prelu);
    const layout = layoutOf(attrs);
    const weights = deep ? grouped(graph, filter!) : filter!;
    // A bias per filter belongs to the operator; anything else is added.
    const inside =
      bias !== undefined && bias.shape.length <= 1 && bias.shape[0] === weights.shape[3];
    const y = graph.handle(
      forward(
        graph,
        sized(graph, x!, layout),
        sized(graph, weights, oihw),
        attrs as unknown as Convolution,
        inside ? bias.name : undefined,
      ),
      out!.shape,
      'float32',
      layout,
    );
    // Slopes per channel belong to the axis of the channels, which may not be the last.
    const slopes =
      prelu !== undefined && prelu.shape.length === 1 && attrs['channelsFirst']
        ? reshape(graph, prelu, [prelu.shape[0]!, 1, 1])
        : prelu;
    return activate(graph, inside ? y : addBias(graph, y, bias), attrs, slopes);
  };

const result = (_inputs: readonly ValueType[], attrs: Attrs): ValueType => ({
  shape: attrs['outShape'],
  dtype: 'float32',
});

function family(
  deep: boolean,
  name: string,
  fused: string,
  input: string,
  filter: string,
): KernelDefinition[] {
  const attrs = (given: Attrs, [x, w]: readonly ValueType[]) =>
    resolve(given, x!.shape, w!.shape, deep);
  return [
    { name, inputs: ['x', 'filter'], attrs, outputs: result, emit: convolve(deep) },
    {
      name: fused,
      inputs: ['x', 'filter', 'bias?', 'preluActivationWeights?'],
      attrs,
      outputs: result,
      emit: convolve(deep),
    },
    {
      name: input,
      inputs: ['dy', 'filter'],
      attrs: (given, [dy, w]) => resolve(given, given['inputShape'], w!.shape, deep, dy!.shape),
      outputs: (_inputs, { inShape }) => ({ shape: inShape, dtype: 'float32' }),
      emit: (graph, [dy, w], given, [out]) => {
        const zeros = ofNothing(graph, [dy, w], out!);
        if (zeros !== undefined) return zeros;
        const layout = layoutOf(given);
        const weights = deep ? grouped(graph, w!) : w!;
        const dx = backpropInput(
          graph,
          sized(graph, dy!, layout),
          sized(graph, weights, oihw),
          given as unknown as Convolution,
          pick(out!.shape, layout),
        );
        return graph.handle(dx, out!.shape, 'float32', layout);
      },
    },
    {
      name: filter,
      inputs: ['x', 'dy'],
      attrs: (given, [x, dy]) => resolve(given, x!.shape, given['filterShape'], deep, dy!.shape),
      outputs: (_inputs, { filterShape }) => ({ shape: filterShape, dtype: 'float32' }),
      emit: (graph, [x, dy], given, [out]) => {
        const zeros = ofNothing(graph, [x, dy], out!);
        if (zeros !== undefined) return zeros;
        const layout = layoutOf(given);
        const [kh, kw, c, m] = out!.shape as Shape4;
        const shape: Shape4 = deep ? [kh, kw, 1, c * m] : [kh, kw, c, m];
        const dw = backpropFilter(
          graph,
          sized(graph, x!, layout),
          sized(graph, dy!, layout),
          given as unknown as Convolution,
          pick(shape, oihw),
        );
        return reshape(graph, filterHandle(graph, dw, shape), out!.shape);
      },
    },
  ];
}

/** TensorFlow.js's own convolutions and their gradients. */
export const tfjsConvolutionKernels: readonly KernelDefinition[] = [
  ...family(false, 'Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'),
  ...family(
    true,
    'DepthwiseConv2dNative',
    'FusedDepthwiseConv2D',
    'DepthwiseConv2dNativeBackpropInput',
    'DepthwiseConv2dNativeBackpropFilter',
  ),
];
