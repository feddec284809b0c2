import { type GraphBuilder, type Handle, nchw } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import type { Attrs } from '../graph/value-type.ts';

type Mode = 'linear' | 'nearest';

function resize(name: string, mode: Mode): KernelDefinition {
  return {
    name,
    inputs: ['images'],
    outputs: ([x], { size }) => ({
      shape: [x!.shape[0]!, size[0], size[1], x!.shape[3]!],
      dtype: mode === 'linear' ? 'float32' : x!.dtype,
    }),
    emit: (graph, [images], { alignCorners, halfPixelCenters }, [out]) => {
      const x = mode === 'linear' ? graph.cast(images!, 'float32') : images!;
      const [b, h, w, c] = out!.shape as [number, number, number, number];
      const resized = graph.op(
        'Resize',
        [graph.inLayout(x, nchw), '', '', graph.ints([b, c, h, w])],
        {
          mode,
          coordinate_transformation_mode: alignCorners
            ? 'align_corners'
            : halfPixelCenters
              ? 'half_pixel'
              : 'asymmetric',
          ...(mode === 'nearest'
            ? { nearest_mode: alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor' }
            : {}),
        },
      );
      return graph.handle(resized, out!.shape, out!.dtype, nchw);
    },
  };
}

/** `[input, output]` matrix of the shares that each input has in each output along one axis. */
function shares(size: number, outSize: number, mode: Mode, attrs: Attrs): Float32Array {
  const weights = new Float32Array(size * outSize);
  const corners = attrs['alignCorners'] && outSize > 1;
  const scale = corners ? (size - 1) / (outSize - 1) : attrs['alignCorners'] ? 0 : size / outSize;
  const half = attrs['halfPixelCenters'] ? 0.5 : 0;
  for (let i = 0; i < outSize; i++) {
    const at = Math.max(0, (i + half) * scale - half);
    if (mode === 'nearest') {
      const near = attrs['alignCorners'] ? Math.round(at) : Math.floor(at + half);
      weights[Math.min(near, size - 1) * outSize + i]! += 1;
      continue;
    }
    const low = Math.min(Math.floor(at), size - 1);
    const share = Math.min(at, size - 1) - low;
    weights[low * outSize + i]! += 1 - share;
    weights[Math.min(low + 1, size - 1) * outSize + i]! += share;
  }
  return weights;
}

/** Resizing is linear and separable: its adjoint is a product with a matrix from either side. */
function resizeGradient(name: string, mode: Mode): KernelDefinition {
  return {
    name,
    inputs: ['images', 'dy'],
    outputs: ([images]) => ({ shape: images!.shape, dtype: 'float32' }),
    emit: (graph: GraphBuilder, [, dy]: readonly Handle[], attrs, [out]) => {
      const [, height, width] = out!.shape as [number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number];
      const rows = graph.floats(shares(height, outHeight, mode, attrs), [height, outHeight]);
      const columns = shares(width, outWidth, mode, attrs);
      const turned = new Float32Array(columns.length);
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < outWidth; j++) turned[j * width + i] = columns[i * outWidth + j]!;
      }
      const narrowed = graph.op('MatMul', [
        graph.inLayout(dy!, nchw),
        graph.floats(turned, [outWidth, width]),
      ]);
      return graph.handle(graph.op('MatMul', [rows, narrowed]), out!.shape, 'float32', nchw);
    },
  };
}

/** Resizing of images and its gradients. */
export const imageKernels: readonly KernelDefinition[] = [
  resize('ResizeBilinear', 'linear'),
  resize('ResizeNearestNeighbor', 'nearest'),
  resizeGradient('ResizeBilinearGrad', 'linear'),
  resizeGradient('ResizeNearestNeighborGrad', 'nearest'),
];
