/** Outputs that are copied together: as many as fill a line of the processor's cache. */
const tile = 16;

/** How far apart the values of neighbouring outputs, inputs and pixels of a kernel lie. */
interface Order {
  readonly output: number;
  readonly input: number;
  readonly pixel: number;
}

/**
 * A kernel `[height, width, in, out]`, or `[in, out]`, in PyTorch's order.
 * @param shape PyTorch's: `[out, in, height, width]`, or `[out, in]`
 */
export function oihw(values: Float32Array, shape: readonly number[]): Float32Array {
  const { torch, ours } = orders(shape);
  return reordered(values, shape, ours, torch);
}

/**
 * The inverse: a kernel of PyTorch in TensorFlow's order.
 * @param shape PyTorch's: `[out, in, height, width]`, or `[out, in]`
 */
export function hwio(values: Float32Array, shape: readonly number[]): Float32Array {
  const { torch, ours } = orders(shape);
  return reordered(values, shape, torch, ours);
}

function orders([outputs = 1, inputs = 1, height = 1, width = 1]: readonly number[]) {
  const area = height * width;
  return {
    torch: { output: inputs * area, input: area, pixel: 1 },
    ours: { output: 1, input: outputs, pixel: inputs * outputs },
  };
}

function reordered(
  values: Float32Array,
  [outputs = 1, inputs = 1, height = 1, width = 1]: readonly number[],
  from: Order,
  to: Order,
): Float32Array {
  const result = new Float32Array(values.length);
  for (let first = 0; first < outputs; first += tile) {
    const end = Math.min(outputs, first + tile);
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < height * width; p++) {
        let source = first * from.output + i * from.input + p * from.pixel;
        let target = first * to.output + i * to.input + p * to.pixel;
        for (let o = first; o < end; o++, source += from.output, target += to.output) {
          result[target] = values[source]!;
        }
      }
    }
  }
  return result;
}
