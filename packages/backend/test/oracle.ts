import type { Convolution } from '../src/wasm/geometry.ts';

type Four = readonly [number, number, number, number];

/** A convolution's description; oh = ⌊(h + top + bottom − dh·(kh − 1) − 1) / sh⌋ + 1. */
export function convolutionOf(
  input: Four,
  [kh, kw, outputs]: readonly [number, number, number],
  {
    strides = [1, 1],
    dilations = [1, 1],
    pads = [0, 0, 0, 0],
    groups = 1,
  }: Partial<Pick<Convolution, 'strides' | 'dilations' | 'pads' | 'groups'>> = {},
): Convolution {
  const [batch, h, w, channels] = input;
  const oh = Math.floor((h + pads[0] + pads[1] - dilations[0] * (kh - 1) - 1) / strides[0]) + 1;
  const ow = Math.floor((w + pads[2] + pads[3] - dilations[1] * (kw - 1) - 1) / strides[1]) + 1;
  return {
    input,
    filter: [kh, kw, channels / groups, outputs],
    output: [batch, oh, ow, outputs],
    strides,
    dilations,
    pads,
    groups,
  };
}

/** Calls `visit` with the flat indices of every (input, filter, output) triple that a convolution multiplies. */
function visitProducts(
  { input, filter, output, strides, dilations, pads, groups }: Convolution,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [batch, h, w, channels] = input;
  const [kh, kw, depth, outputs] = filter;
  const [, oh, ow] = output;
  const width = outputs / groups;
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const iy = oy * strides[0] + ky * dilations[0] - pads[0];
            const ix = ox * strides[1] + kx * dilations[1] - pads[2];
            if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
            for (let o = 0; o < outputs; o++)
              for (let k = 0; k < depth; k++) {
                const channel = Math.floor(o / width) * depth + k;
                visit(
                  ((b * h + iy) * w + ix) * channels + channel,
                  ((ky * kw + kx) * depth + k) * outputs + o,
                  ((b * oh + oy) * ow + ox) * outputs + o,
                );
              }
          }
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The convolution by its definition, in double precision. */
export function slowConvolution(
  c: Convolution,
  x: Float32Array,
  filter: Float32Array,
): Float64Array {
  const y = new Float64Array(size(c.output));
  visitProducts(c, (i, j, k) => {
    y[k]! += x[i]! * filter[j]!;
  });
  return y;
}

/** Its derivative by the input. */
export function slowInputGradient(
  c: Convolution,
  dy: Float32Array,
  filter: Float32Array,
): Float64Array {
  const dx = new Float64Array(size(c.input));
  visitProducts(c, (i, j, k) => {
    dx[i]! += dy[k]! * filter[j]!;
  });
  return dx;
}

/** Its derivative by the filter. */
export function slowFilterGradient(
  c: Convolution,
  x: Float32Array,
  dy: Float32Array,
): Float64Array {
  const filter = new Float64Array(size(c.filter));
  visitProducts(c, (i, j, k) => {
    filter[j]! += x[i]! * dy[k]!;
  });
  return filter;
}
