import type { GraphBuilder, Handle } from '../onnx/graph-builder.ts';
import { oihw } from '../onnx/graph-builder.ts';

/** Geometry of a 2-D convolution, resolved. */
export interface Convolution {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** `[top, bottom, left, right]`. */
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

type Four = readonly [number, number, number, number];

const onnxPads = ([top, bottom, left, right]: Four) => [top, left, bottom, right];

/** An ONNX value of known sizes. */
interface Sized {
  readonly name: string;
  readonly sizes: Four;
}

/** The sizes of a handle in a layout. */
export function sized(graph: GraphBuilder, x: Handle, layout: readonly number[]): Sized {
  return {
    name: graph.inLayout(x, layout),
    sizes: layout.map((axis) => x.shape[axis]!) as unknown as Four,
  };
}

export function sizedFilter(graph: GraphBuilder, filter: Handle): Sized {
  return sized(graph, filter, oihw);
}

/** `x [n, c, h, w]`, `w [o, c / groups, kh, kw]` → name of `[n, o, oh, ow]`. */
export function forward(
  graph: GraphBuilder,
  x: Sized,
  w: Sized,
  { strides, dilations, pads, groups }: Convolution,
  bias?: string,
): string {
  return graph.op('Conv', bias === undefined ? [x.name, w.name] : [x.name, w.name, bias], {
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
  w: Sized,
  { strides, dilations, pads, groups }: Convolution,
  [, channels, height, width]: Four,
): string {
  const [filters, depth, kh, kw] = w.sizes;
  const reach = [dilations[0] * (kh - 1), dilations[1] * (kw - 1)] as const;
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
  return graph.op('ConvTranspose', [dy.name, w.name], {
    kernel_shape: [kh, kw],
    strides,
    dilations,
    pads: onnxPads(pads),
    output_padding: left,
    group: groups,
  });
}

/** Gradient with respect to the filter of sizes `[o, c / groups, kh, kw]`. */
export function backpropFilter(
  graph: GraphBuilder,
  x: Sized,
  dy: Sized,
  { strides, dilations, pads, groups }: Convolution,
  filter: Four,
): string {
  const [filters, depth, kh, kw] = filter;
  const [batch, , height, width] = x.sizes;
  const [, , oh, ow] = dy.sizes;
  // Batch and channels change places, stride and dilation change places.
  const images = graph.reshape(
    graph.op('Transpose', [graph.reshape(x.name, x.sizes, [batch, groups, depth, height, width])], {
      perm: [2, 1, 0, 3, 4],
    }),
    [depth, groups, batch, height, width],
    [depth, groups * batch, height, width],
  );
  const taps = graph.op('Transpose', [dy.name], { perm: [1, 0, 2, 3] });
  const product = forward(
    graph,
    { name: images, sizes: [depth, groups * batch, height, width] },
    { name: taps, sizes: [filters, batch, oh, ow] },
    { strides: dilations, dilations: strides, pads, groups },
  );
  // Positions beyond the kernel come from rows that the stride left over.
  const found = [
    Math.floor((height + pads[0] + pads[1] - strides[0] * (oh - 1) - 1) / dilations[0]) + 1,
    Math.floor((width + pads[2] + pads[3] - strides[1] * (ow - 1) - 1) / dilations[1]) + 1,
  ];
  const cut =
    found[0] === kh && found[1] === kw
      ? product
      : graph.op('Slice', [product, graph.ints([0, 0]), graph.ints([kh, kw]), graph.ints([2, 3])]);
  return graph.op('Transpose', [cut], { perm: [1, 0, 2, 3] });
}
