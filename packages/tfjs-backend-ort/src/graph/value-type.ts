/** Types that live in a graph. Strings and complex numbers stay on the host. */
export type DType = 'float32' | 'int32' | 'bool';
export type HostArray = Float32Array | Int32Array | Uint8Array;

export interface ValueType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The type in which values of a type are computed with: truth values count as 0 and 1. */
export const countable = (dtype: DType): DType => (dtype === 'bool' ? 'int32' : dtype);

// biome-ignore lint/suspicious/noExplicitAny: every kernel has its own attributes, TensorFlow.js types them no better.
export type Attrs = Readonly<Record<string, any>>;

/** `[0, 1, …, rank − 1]`. */
export function identity(rank: number): number[] {
  const axes = new Array<number>(rank);
  for (let i = 0; i < rank; i++) axes[i] = i;
  return axes;
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}
