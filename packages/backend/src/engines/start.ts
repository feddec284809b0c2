import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from './backend-name.ts';

/** Why an engine that is there does not start, and what to do about it; empty where that is unknown. */
export interface Failure {
  readonly reason: string;
  readonly remedy: string;
}

/** Switches TensorFlow.js to an engine; what went wrong, if something did. */
export async function start(name: BackendName): Promise<Failure | undefined> {
  try {
    if (await tf.setBackend(name)) return undefined;
    return { reason: 'TensorFlow.js could not start it', remedy: '' };
  } catch (error) {
    return { reason: (error as Error).message, remedy: '' };
  }
}
