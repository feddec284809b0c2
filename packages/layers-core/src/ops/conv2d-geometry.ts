/** Padding of a convolution: rows and columns of zeros `[top, bottom, left, right]`, or a rule. */
export type Padding = readonly [number, number, number, number] | 'same' | 'valid';

/** Options of `conv2d`. */
export interface Conv2DOptions {
  /** Step between outputs, `[rows, columns]` or one number for both. @default 1 */
  readonly strides?: number | readonly [number, number];
  /** Distance between filter taps, `[rows, columns]` or one number for both. @default 1 */
  readonly dilations?: number | readonly [number, number];
  /** `'same'` is TensorFlow's: output size ⌈input/stride⌉, the odd row at the end. @default 'valid' */
  readonly padding?: Padding;
  /** Groups of channels that do not see one another. @default 1 */
  readonly groups?: number;
}

/** Everything that the convolution kernels need to know, resolved. */
export interface Conv2DGeometry {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pads: [number, number, number, number];
  readonly groups: number;
  /** `[batch, height, width, channels]`. */
  readonly outputShape: [number, number, number, number];
}

/**
 * Resolves and checks the geometry of a 2-D convolution.
 *
 * @param inputShape `[batch, height, width, channels]`.
 * @param filterShape `[height, width, channels / groups, filters]`.
 * @throws RangeError where a stride, dilation or padding is not a whole number in range, the
 *   channels do not fit the groups, or the dilated filter is larger than the padded input.
 */
export function conv2dGeometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  options: Conv2DOptions = {},
): Conv2DGeometry {
  if (inputShape.length !== 4 || filterShape.length !== 4) {
    throw new RangeError(
      `\`conv2d\`: input must be [batch, height, width, channels] and filter [height, width, channels / groups, filters], got [${inputShape}] and [${filterShape}].`,
    );
  }
  const [batch, height, width, channels] = inputShape as [number, number, number, number];
  const [filterHeight, filterWidth, depth, filters] = filterShape as [
    number,
    number,
    number,
    number,
  ];
  const strides = pair(options.strides ?? 1, 'strides');
  const dilations = pair(options.dilations ?? 1, 'dilations');
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups || filters % groups) {
    throw new RangeError(
      `\`conv2d\`: groups must divide the ${channels} input channels and the ${filters} filters, got ${groups}.`,
    );
  }
  if (depth !== channels / groups) {
    throw new RangeError(
      `\`conv2d\`: filter depth must be ${channels / groups} (${channels} input channels in ${groups} groups), got ${depth}; the filter's shape is [height, width, channels / groups, filters].`,
    );
  }
  const padding = options.padding ?? 'valid';
  const [top, bottom, outHeight] = axis(
    height,
    filterHeight,
    strides[0],
    dilations[0],
    typeof padding === 'string' ? padding : [padding[0], padding[1]],
    'height',
  );
  const [left, right, outWidth] = axis(
    width,
    filterWidth,
    strides[1],
    dilations[1],
    typeof padding === 'string' ? padding : [padding[2], padding[3]],
    'width',
  );
  return {
    strides,
    dilations,
    pads: [top, bottom, left, right],
    groups,
    outputShape: [batch, outHeight, outWidth, filters],
  };
}

function pair(value: number | readonly [number, number], name: string): [number, number] {
  const both: [number, number] = typeof value === 'number' ? [value, value] : [value[0], value[1]];
  for (const one of both) {
    if (!Number.isInteger(one) || one < 1) {
      throw new RangeError(`\`conv2d\`: ${name} must be whole numbers from 1 on, got [${both}].`);
    }
  }
  return both;
}

/** Padding before, padding after and output size along one axis. */
function axis(
  size: number,
  taps: number,
  stride: number,
  dilation: number,
  padding: 'same' | 'valid' | readonly [number, number],
  name: string,
): [number, number, number] {
  const extent = dilation * (taps - 1) + 1;
  let before = 0;
  let after = 0;
  if (padding === 'same') {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
    before = Math.floor(total / 2);
    after = total - before;
  } else if (padding !== 'valid') {
    [before, after] = padding;
    if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
      throw new RangeError(
        `\`conv2d\`: padding must be whole numbers from 0 on, got ${before} and ${after} along ${name}.`,
      );
    }
  }
  const room = size + before + after - extent;
  if (room < 0) {
    throw new RangeError(
      `\`conv2d\`: the dilated filter covers ${extent} along ${name}, but the padded input has only ${size + before + after}; pad more or dilate less.`,
    );
  }
  return [before, after, Math.floor(room / stride) + 1];
}
