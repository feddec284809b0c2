import { type GraphBuilder, type Handle, oihw } from '../graph/graph-builder.ts';
import { sizeOf, type ValueType } from '../graph/value-type.ts';
import type { Convolution, Four, Sized } from './convolution-geometry.ts';
import { cutFilter, usefulTaps } from './useful-taps.ts';

const onnxPads = ([top, bottom, left, right]: Four) => [top, left, bottom, right];

/** The sizes of a handle in a layout. */
export function sized(graph: GraphBuilder, x: Handle, layout: readonly number[]): Sized {
  return {
    name: graph.inLayout(graph.cast(x, 'float32'), layout),
    sizes: layout.map((axis) => x.shape[axis]!) as unknown as Four,
  };
}

/** What comes of a product with an operand that has no elements: zeros; otherwise nothing. */
export function ofNothing(
  graph: GraphBuilder,
  operands: readonly (Handle | undefined)[],
  { shape }: ValueType,
): Handle | undefined {
  const empty = operands.some((one) => one !== undefined && sizeOf(one.shape) === 0);
  return empty ? graph.filled(shape, 'float32', 0) : undefined;
}

/** `x [n, c, h, w]`, `w [o, c / groups, kh, kw]` → name of `[n, o, oh, ow]`. */
export function forward(
  graph: GraphBuilder,
  x: Sized,
  filter: Sized,
  convolution: Convolution,
  bias?: string,
): string {
  const taps = usefulTaps(x.sizes, filter.sizes, convolution);
  const w = cutFilter(graph, filter, taps);
  const { strides, dilations, groups } = convolution;
  let { pads } = taps;
  let image = x.name;
  // WebGPU takes some for products of matrices, looking at the padding before the image alone.
  if (graph.webgpu && pads[0] === 0 && pads[2] === 0 && (pads[1] > 0 || pads[3] > 0)) {
    const after = graph.ints([0, 0, 0, 0, 0, 0, pads[1], pads[3]]);
    image = graph.op('Pad', [image, after, graph.scalar(0)]);
    pads = [0, 0, 0, 0];
  }
  return graph.op('Conv', bias === undefined ? [image, w.name] : [image, w.name, bias], {
    kernel_shape: w.sizes.slice(2),
    strides,
    dilations,
    pads: onnxPads(pads),
    group: groups,
  });
}

/** Gradient with respect to the input of sizes `[n, c, h, w]`. */
export function backpropInput(
  graph: GraphBuilder,
  dy: Sized,
  filter: Sized,
  convolution: Convolution,
  input: Four,
): string {
  const taps = usefulTaps(input, filter.sizes, convolution);
  return adjoint(
    graph,
    dy,
    cutFilter(graph, filter, taps),
    { ...convolution, pads: taps.pads },
    input,
  );
}

function adjoint(
  graph: GraphBuilder,
  dy: Sized,
  w: Sized,
  { strides, dilations, pads, groups }: Convolution,
  [, channels, height, width]: Four,
): string {
  const [filters, depth, kh, kw] = w.sizes;
  const reach = [dilations[0] * (kh - 1), dilations[1] * (kw - 1)] as const;
  const dense = groups === 1 && kh === 1 && kw === 1 && pads.every((one) => one === 0);
  if (dense && strides[0] === 1 && strides[1] === 1 && graph.contrib) {
    const [batch, , oh, ow] = dy.sizes;
    const product = graph.op(
      'FusedMatMul',
      [
        graph.reshape(w.name, w.sizes, [filters, depth]),
        graph.reshape(dy.name, dy.sizes, [batch, filters, oh * ow]),
      ],
      { transA: 1 },
      'com.microsoft',
    );
    return graph.reshape(product, [batch, depth, oh * ow], [batch, depth, oh, ow]);
  }
  const around = [reach[0] - pads[0], reach[0] - pads[1], reach[1] - pads[2], reach[1] - pads[3]];
  if (strides[0] === 1 && strides[1] === 1 && around.every((one) => one >= 0)) {
    // A stride of 1 makes it a convolution with the filter turned round.
    const taps = kh * kw;
    const parts = [groups, filters / groups, depth, taps];
    const turned = graph.op('Transpose', [graph.reshape(w.name, w.sizes, parts)], {
      perm: [0, 2, 1, 3],
    });
    const flipped =
      taps === 1
        ? turned
        : graph.op('Slice', [
            turned,
            graph.ints([taps - 1]),
            graph.ints([-(2 ** 31)]),
            graph.ints([3]),
            graph.ints([-1]),
          ]);
    const sizes: Four = [channels, filters / groups, kh, kw];
    const name = graph.reshape(flipped, [groups, depth, filters / groups, taps], sizes);
    const whole = { strides, dilations, pads: around as unknown as Four, groups };
    return forward(graph, dy, { name, sizes }, whole);
  }
  // What the stride left over at the end gets no gradient.
  const [, , oh, ow] = dy.sizes;
  const left = [
    height - ((oh - 1) * strides[0] + reach[0] + 1 - pads[0] - pads[1]),
    width - ((ow - 1) * strides[1] + reach[1] + 1 - pads[2] - pads[3]),
  ];
  // WebGPU is wrong where several channels come to one in each of several groups: make that two.
  const isWrong = graph.webgpu && groups > 1 && depth === 1 && filters > groups;
  const two = graph.ints([0, 0, 0, 0, 0, 1, 0, 0]);
  const filter = isWrong ? graph.op('Pad', [w.name, two, graph.scalar(0)]) : w.name;
  const gradient = graph.op('ConvTranspose', [dy.name, filter], {
    kernel_shape: [kh, kw],
    strides,
    dilations,
    pads: onnxPads(pads),
    output_padding: left,
    group: groups,
  });
  if (!isWrong) return gradient;
  const [from, to, axis, step] = [0, 2 * channels, 1, 2].map((one) => graph.ints([one]));
  return graph.op('Slice', [gradient, from!, to!, axis!, step!]);
}

/**
 * Layout in which filters are kept: ONNX's own. Single taps come first, because ONNX Runtime's
 * element-wise operators are slow where the last axes have size 1.
 */
export function filterLayout([kh, kw]: readonly number[]): readonly number[] {
  return kh === 1 && kw === 1 ? [0, 1, 3, 2] : oihw;
}

/** The gradient that `backpropFilter` gives as a filter `[kh, kw, depth, filters]`. */
export function filterHandle(
  graph: GraphBuilder,
  name: string,
  shape: readonly [number, number, number, number],
): Handle {
  const layout = filterLayout(shape);
  const [kh, kw, depth, filters] = shape;
  const sizes = layout.map((axis) => shape[axis]!);
  return graph.handle(
    graph.reshape(name, [filters, depth, kh * kw], sizes),
    shape,
    'float32',
    layout,
  );
}
