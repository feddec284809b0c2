import { nchw, oihw } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { backpropInput, filterHandle, forward, ofNothing, sized } from './convolution.ts';
import type { Convolution } from './convolution-geometry.ts';
import { backpropFilter } from './filter-gradient.ts';

const geometry = (attrs: unknown) => attrs as Convolution;

/** Convolution with groups, dilation and explicit padding, and its gradients. */
export const stsConvolutionKernels: readonly KernelDefinition[] = [
  {
    name: 'StsConv2D',
    inputs: ['x', 'filter'],
    outputs: ([x, filter], attrs) => {
      const { strides, dilations, pads } = geometry(attrs);
      const [batch, height, width] = x!.shape as [number, number, number];
      const [kh, kw, , filters] = filter!.shape as [number, number, number, number];
      const size = (length: number, k: number, s: number, d: number, around: number) =>
        Math.floor((length + around - d * (k - 1) - 1) / s) + 1;
      return {
        shape: [
          batch,
          size(height, kh, strides[0], dilations[0], pads[0] + pads[1]),
          size(width, kw, strides[1], dilations[1], pads[2] + pads[3]),
          filters,
        ],
        dtype: 'float32',
      };
    },
    emit: (graph, [x, filter], attrs, [out]) => {
      const zeros = ofNothing(graph, [x, filter], out!);
      if (zeros !== undefined) return zeros;
      const y = forward(
        graph,
        sized(graph, x!, nchw),
        sized(graph, filter!, oihw),
        geometry(attrs),
      );
      return graph.handle(y, out!.shape, 'float32', nchw);
    },
  },
  {
    name: 'StsConv2DBackpropInput',
    inputs: ['dy', 'filter'],
    outputs: (_inputs, { inputShape }) => ({ shape: inputShape, dtype: 'float32' }),
    emit: (graph, [dy, filter], attrs, [out]) => {
      const zeros = ofNothing(graph, [dy, filter], out!);
      if (zeros !== undefined) return zeros;
      const [b, h, w, c] = out!.shape as [number, number, number, number];
      const dx = backpropInput(
        graph,
        sized(graph, dy!, nchw),
        sized(graph, filter!, oihw),
        geometry(attrs),
        [b, c, h, w],
      );
      return graph.handle(dx, out!.shape, 'float32', nchw);
    },
  },
  {
    name: 'StsConv2DBackpropFilter',
    inputs: ['x', 'dy'],
    outputs: (_inputs, { filterShape }) => ({ shape: filterShape, dtype: 'float32' }),
    emit: (graph, [x, dy], attrs, [out]) => {
      const zeros = ofNothing(graph, [x, dy], out!);
      if (zeros !== undefined) return zeros;
      const [kh, kw, depth, filters] = out!.shape as [number, number, number, number];
      const dw = backpropFilter(
        graph,
        sized(graph, x!, nchw),
        sized(graph, dy!, nchw),
        geometry(attrs),
        [filters, depth, kh, kw],
      );
      return filterHandle(graph, dw, [kh, kw, depth, filters]);
    },
  },
];
