import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Convolution, Four, Sized } from './convolution-geometry.ts';

/** The taps of a filter that see anything but padding, and the padding that is left for them. */
export interface UsefulTaps {
  /** First row and column of taps. */
  readonly from: readonly [number, number];
  /** Rows and columns of taps. */
  readonly count: readonly [number, number];
  readonly pads: Four;
}

/**
 * Dilated filters reach beyond small images: on 16 × 16 pixels only the middle of a filter with
 * dilation 24 sees any. Leaving the other taps out changes nothing but the time.
 */
export function usefulTaps(
  [, , height, width]: Four,
  [, , kh, kw]: Four,
  { strides, dilations, pads }: Convolution,
): UsefulTaps {
  const rows = axis(height, kh, strides[0], dilations[0], pads[0], pads[1]);
  const columns = axis(width, kw, strides[1], dilations[1], pads[2], pads[3]);
  return {
    from: [rows.from, columns.from],
    count: [rows.count, columns.count],
    pads: [rows.before, rows.after, columns.before, columns.after],
  };
}

function axis(
  size: number,
  taps: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
) {
  const outputs = Math.floor((size + before + after - dilation * (taps - 1) - 1) / stride) + 1;
  const useful = Array.from({ length: taps }, (_, tap) => tap).filter((tap) => {
    const first = tap * dilation - before;
    return first < size && first + (outputs - 1) * stride >= 0;
  });
  const from = useful[0] ?? 0;
  const count = useful.length;
  const newBefore = before - from * dilation;
  const newAfter = (outputs - 1) * stride + dilation * (count - 1) + 1 - size - newBefore;
  const all = count === taps || count === 0 || newBefore < 0 || newAfter < 0;
  return all
    ? { from: 0, count: taps, before, after }
    : { from, count, before: newBefore, after: newAfter };
}

/** The filter `[o, c / groups, kh, kw]` with the useful taps alone. */
export function cutFilter(graph: GraphBuilder, filter: Sized, { from, count }: UsefulTaps): Sized {
  const [filters, depth, kh, kw] = filter.sizes;
  if (count[0] === kh && count[1] === kw) return filter;
  const name = graph.op('Slice', [
    filter.name,
    graph.ints(from),
    graph.ints([from[0] + count[0], from[1] + count[1]]),
    graph.ints([2, 3]),
  ]);
  return { name, sizes: [filters, depth, count[0], count[1]] };
}
