import type * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend/ort-backend.ts';
import type { Attrs } from '../graph/value-type.ts';

/** A kernel as TensorFlow.js calls it. */
export type HostKernel = (
  backend: OrtBackend,
  inputs: tf.NamedTensorInfoMap,
  attrs: Attrs,
) => tf.TensorInfo | tf.TensorInfo[];
