import * as tf from '@tensorflow/tfjs-core';

/** A composition of ordinary TensorFlow.js operations that stands in for a named kernel. */
export type Composition = (
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
) => tf.Tensor | tf.Tensor[];

/**
 * Runs the named kernel on the current backend. Where that backend has no kernel of the name, the
 * composition is registered as one first: gradients, profiling and memory accounting then treat
 * both alike.
 */
export function runKernel<T extends tf.Tensor | tf.Tensor[]>(
  kernelName: string,
  composition: Composition,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): T {
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName) == null) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (params) =>
        tf.tidy(() =>
          composition(params.inputs as tf.NamedTensorMap, params.attrs as tf.NamedAttrMap),
        ),
    });
  }
  return tf.engine().runKernel(kernelName, inputs, attrs) as T;
}
