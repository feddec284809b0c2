import * as tf from '@tensorflow/tfjs-core';
import { signed, uniform } from '../random.ts';

/** How long a program runs and on how much at a time. */
export interface ProgramSize {
  readonly steps: number;
  readonly batch: number;
}

/**
 * A program as TensorFlow.js's users write them, on numbers that are the same on every engine; it
 * trains from the same start each time and gives the loss of each step.
 */
export type Program = (size: ProgramSize) => Promise<number[]>;

/** Numbers in ±1. */
export function numbers(name: string, shape: number[]): tf.Tensor {
  return tf.tensor(signed(name, tf.util.sizeFromShape(shape)), shape);
}

/** Whole numbers from 0 to `below` − 1. */
export function labels(name: string, shape: number[], below: number): tf.Tensor {
  const values = uniform(name, tf.util.sizeFromShape(shape));
  return tf.tensor(
    Int32Array.from(values, (u) => Math.floor(u * below)),
    shape,
    'int32',
  );
}

/** Collects the losses that `fit` reports. */
export function lossRecorder(): {
  losses: number[];
  callbacks: { onBatchEnd: (batch: number, logs?: { loss?: number }) => Promise<void> };
} {
  const losses: number[] = [];
  const onBatchEnd = async (_batch: number, logs?: { loss?: number }): Promise<void> => {
    losses.push(logs!.loss!);
  };
  return { losses, callbacks: { onBatchEnd } };
}
