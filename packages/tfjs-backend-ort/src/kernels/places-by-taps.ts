import type { GraphBuilder } from '../graph/graph-builder.ts';

/** A window and how it moves over the image. */
interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** `[top, left, bottom, right]`. */
  readonly pads: readonly number[];
  /** `[batch, height, width, channels]`. */
  readonly outShape: readonly number[];
}

/** Maxima over windows of a padded image, channels second, of a type that `MaxPool` does not know. */
export function maximaByTaps(graph: GraphBuilder, image: string, window: Window): string {
  const stack = stackOfViews(graph, image, window, tapsOf(window));
  return graph.op('ReduceMax', [stack, graph.ints([0])], { keepdims: 0 });
}

/**
 * Where the maximum of each window came from, as the second result of ONNX's `MaxPool` (a place counts
 * through the whole image `[batch, channels, height, width]` without its padding), which the WebGPU
 * provider lacks.
 *
 * @param image The padded image, channels second.
 */
export function placesByTaps(
  graph: GraphBuilder,
  image: string,
  window: Window,
  [batch, channels, height, width]: readonly number[],
): string {
  const { strides, pads, outShape } = window;
  const [, oh, ow] = outShape as readonly [number, number, number];
  const taps = tapsOf(window);
  const stack = stackOfViews(graph, image, window, taps);
  const tap = graph.op('ArgMax', [stack], { axis: 0, keepdims: 0 });
  const places = (shape: readonly number[], place: (i: number) => number) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = BigInt64Array.from({ length }, (_, i) => BigInt(place(i)));
    return graph.initializer('int64', shape, values);
  };
  const inWindow = places([taps.length], (i) => taps[i]![0] * width! + taps[i]![1]);
  const corners = places([1, 1, oh, ow], (i) => {
    const row = Math.floor(i / ow) * strides[0] - pads[0]!;
    return row * width! + (i % ow) * strides[1] - pads[1]!;
  });
  const planes = places([batch!, channels!, 1, 1], (i) => i * height! * width!);
  const tapped = graph.op('Gather', [inWindow, tap]);
  return graph.op('Add', [graph.op('Add', [tapped, corners]), planes]);
}

type Tap = readonly [row: number, column: number];

/** The places of a window's taps in it, row by row. */
const tapsOf = ({ kernel: [kh, kw], dilations }: Window): Tap[] =>
  Array.from({ length: kh * kw }, (_, i) => [
    Math.floor(i / kw) * dilations[0],
    (i % kw) * dilations[1],
  ]);

/** What each tap of the window sees of the image, stacked on a first axis. */
function stackOfViews(
  graph: GraphBuilder,
  image: string,
  { strides, outShape }: Window,
  taps: readonly Tap[],
): string {
  const [, oh, ow] = outShape as readonly [number, number, number];
  const [axes, steps, first] = [graph.ints([2, 3]), graph.ints(strides), graph.ints([0])];
  const views = taps.map(([row, column]) => {
    const ends = [row + (oh - 1) * strides[0] + 1, column + (ow - 1) * strides[1] + 1];
    const from = graph.ints([row, column]);
    return graph.op('Unsqueeze', [
      graph.op('Slice', [image, from, graph.ints(ends), axes, steps]),
      first,
    ]);
  });
  return views.length === 1 ? views[0]! : graph.op('Concat', views, { axis: 0 });
}
