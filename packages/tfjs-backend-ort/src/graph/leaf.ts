import type * as tf from '@tensorflow/tfjs-core';
import type { Value } from './value.ts';
import { type DType, type HostArray, identity, sizeOf } from './value-type.ts';

/** A value that is data from the start, in the plain order. The array is its own from then on. */
export function leaf(shape: readonly number[], dtype: DType, data: HostArray, frozen = 0): Value {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `ort backend: a tensor of shape [${shape}] needs ${sizeOf(shape)} values, got ${data.length}.`,
    );
  }
  return {
    shape: [...shape],
    dtype,
    given: true,
    node: null,
    run: null,
    index: 0,
    data,
    layout: identity(shape.length),
    frozen,
  };
}

/**
 * A copy of values as TensorFlow.js hands them over, in the type of array that fits: graphs run
 * later, when the caller may have filled the array with something else.
 */
export function ownCopy(values: tf.backend_util.BackendValues, dtype: DType): HostArray {
  const kind = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  return values instanceof kind ? values.slice() : kind.from(values as unknown as number[]);
}

/** Strings are arrays of bytes here, which callers may fill anew. */
export function copyStrings(strings: tf.backend_util.BackendValues): tf.backend_util.BackendValues {
  return (strings as Uint8Array[]).map((bytes) => bytes.slice());
}
