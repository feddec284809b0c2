/** Outputs that are copied together: as many as fill a line of the processor's cache. */
const tile = 16;

/**
 * A kernel `[height, width, in, out]`, or `[in, out]`, in PyTorch's order.
 * @param shape PyTorch's: `[out, in, height, width]`, or `[out, in]`
 */
export function oihw(values: Float32Array, shape: readonly number[]): Float32Array {
  const [outputs, inputs, area] = sizes(shape);
  const result = new Float32Array(values.length);
  for (let first = 0; first < outputs; first += tile) {
    const end = Math.min(outputs, first + tile);
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) {
        const from = (p * inputs + i) * outputs;
        for (let o = first; o < end; o++) result[(o * inputs + i) * area + p] = values[from + o]!;
      }
    }
  }
  return result;
}

/**
 * The inverse: a kernel of PyTorch in TensorFlow's order.
 * @param shape PyTorch's: `[out, in, height, width]`, or `[out, in]`
 */
export function hwio(values: Float32Array, shape: readonly number[]): Float32Array {
  const [outputs, inputs, area] = sizes(shape);
  const result = new Float32Array(values.length);
  for (let first = 0; first < outputs; first += tile) {
    const end = Math.min(outputs, first + tile);
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) {
        const to = (p * inputs + i) * outputs;
        for (let o = first; o < end; o++) result[to + o] = values[(o * inputs + i) * area + p]!;
      }
    }
  }
  return result;
}

function sizes(shape: readonly number[]): readonly [outputs: number, inputs: number, area: number] {
  const [outputs, inputs, height = 1, width = 1] = shape as [number, number, number?, number?];
  return [outputs, inputs, height * width];
}
