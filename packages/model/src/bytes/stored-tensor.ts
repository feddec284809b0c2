/** A tensor as weight files hold it: row-major values (as float32) and their shape. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
