import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Convolution, Four, Sized } from './convolution-geometry.ts';
import { usefulTaps } from './useful-taps.ts';

/** Depth of a group's filters from which products a tap beat one product of gathered columns. */
const WIDE = 16;

/**
 * Gradient with respect to the filter of sizes `[o, c / groups, kh, kw]`: for each tap, the product
 * of `dy` with the inputs that the tap saw, group by group.
 *
 * @returns The name of a value of sizes `[o, c / groups, kh · kw]`.
 */
export function backpropFilter(
  graph: GraphBuilder,
  x: Sized,
  dy: Sized,
  convolution: Convolution,
  [filters, depth, kh, kw]: Four,
): string {
  const { from, count, pads } = usefulTaps(x.sizes, [filters, depth, kh, kw], convolution);
  const cut: Convolution = { ...convolution, pads };
  const [rows, columns] = count;
  const taps = rows * columns;
  const places = Array.from(
    { length: taps },
    (_, tap): Pair => [Math.floor(tap / columns), tap % columns],
  );
  const product =
    taps > 1 && depth < WIDE
      ? productOfColumns(graph, x, dy, cut, places)
      : productsOfTaps(graph, x, dy, cut, places);
  if (rows === kh && columns === kw) {
    return graph.op('Reshape', [product, graph.ints([filters, depth, taps])]);
  }
  // The taps that see padding alone have no gradient.
  const square = graph.op('Reshape', [product, graph.ints([filters, depth, rows, columns])]);
  const whole = graph.op('Pad', [
    square,
    graph.ints([0, 0, from[0], from[1], 0, 0, kh - rows - from[0], kw - columns - from[1]]),
    graph.scalar(0),
  ]);
  return graph.reshape(whole, [filters, depth, kh, kw], [filters, depth, kh * kw]);
}

type Pair = readonly [number, number];

/** One product a tap, `[1, groups, filters / groups, depth, taps]` in any shape. */
function productsOfTaps(
  graph: GraphBuilder,
  x: Sized,
  dy: Sized,
  { strides, dilations, pads, groups }: Convolution,
  places: readonly Pair[],
): string {
  const [batch, channels, height, width] = x.sizes;
  const [, filters, oh, ow] = dy.sizes;
  const products = places.map(([u, v]) => {
    // The outputs for which the tap sees the image, and what it sees.
    const rows = seen(height, oh, strides[0], u * dilations[0] - pads[0]);
    const columns = seen(width, ow, strides[1], v * dilations[1] - pads[2]);
    const count = (rows.end - rows.begin) * (columns.end - columns.begin);
    const left = window(graph, dy, [rows.begin, columns.begin], [rows.end, columns.end], [1, 1]);
    const right = window(
      graph,
      x,
      [rows.first, columns.first],
      [rows.last + 1, columns.last + 1],
      strides,
    );
    const product = sumOfProducts(
      graph,
      graph.op('Reshape', [left, graph.ints([batch, groups, filters / groups, count])], {
        allowzero: 1,
      }),
      graph.op('Reshape', [right, graph.ints([batch, groups, channels / groups, count])], {
        allowzero: 1,
      }),
      batch,
    );
    return places.length === 1
      ? product
      : graph.op('Reshape', [product, graph.ints([filters, channels / groups, 1])]);
  });
  return products.length === 1 ? products[0]! : graph.op('Concat', products, { axis: 2 });
}

/** Outputs `begin … end` for which a tap at `offset` sees the image, from `first` to `last`. */
function seen(size: number, outputs: number, stride: number, offset: number) {
  const begin = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.max(begin, Math.min(outputs, Math.floor((size - 1 - offset) / stride) + 1));
  return { begin, end, first: begin * stride + offset, last: (end - 1) * stride + offset };
}

/** Rows and columns `from … to` in steps. */
function window(graph: GraphBuilder, x: Sized, from: Pair, to: Pair, steps: Pair): string {
  const [, , height, width] = x.sizes;
  const all = from[0] === 0 && from[1] === 0 && to[0] === height && to[1] === width;
  if (all && steps[0] === 1 && steps[1] === 1) return x.name;
  return graph.op('Slice', [
    x.name,
    graph.ints(from),
    graph.ints(to),
    graph.ints([2, 3]),
    graph.ints(steps),
  ]);
}

/** One product with everything that the taps see gathered: for narrow groups. */
function productOfColumns(
  graph: GraphBuilder,
  x: Sized,
  dy: Sized,
  { strides, dilations, pads, groups }: Convolution,
  places: readonly Pair[],
): string {
  const [batch, channels, height, width] = x.sizes;
  const [, filters, oh, ow] = dy.sizes;
  const padded: Sized = {
    name: pads.every((one) => one === 0)
      ? x.name
      : graph.op('Pad', [
          x.name,
          graph.ints([0, 0, pads[0], pads[2], 0, 0, pads[1], pads[3]]),
          graph.scalar(0),
        ]),
    sizes: [batch, channels, height + pads[0] + pads[1], width + pads[2] + pads[3]],
  };
  const columns = places.map(([u, v]) => {
    const from: Pair = [u * dilations[0], v * dilations[1]];
    const to: Pair = [from[0] + (oh - 1) * strides[0] + 1, from[1] + (ow - 1) * strides[1] + 1];
    const tap = window(graph, padded, from, to, strides);
    return graph.op('Reshape', [tap, graph.ints([batch, channels, 1, oh * ow])]);
  });
  const depth = channels / groups;
  const all = graph.op('Reshape', [
    graph.op('Concat', columns, { axis: 2 }),
    graph.ints([batch, groups, depth * places.length, oh * ow]),
  ]);
  const left = graph.op('Reshape', [
    dy.name,
    graph.ints([batch, groups, filters / groups, oh * ow]),
  ]);
  return sumOfProducts(graph, left, all, batch);
}

/** `Σ a · bᵀ` over the batch of `[batch, groups, rows, columns]`. */
function sumOfProducts(graph: GraphBuilder, a: string, b: string, batch: number): string {
  const product = graph.contrib
    ? graph.op('FusedMatMul', [a, b], { transB: 1 }, 'com.microsoft')
    : graph.op('MatMul', [a, graph.op('Transpose', [b], { perm: [0, 1, 3, 2] })]);
  return batch === 1 ? product : graph.op('ReduceSum', [product, graph.ints([0])], { keepdims: 1 });
}
