import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from './ort-backend.ts';

let isWatched = false;

/**
 * Lets `tf.setBackend` compute what is recorded on `ort` before it ends. Other backends take
 * tensors over by reading them on the spot, and changing the backend is the last place to wait.
 */
export function computeOnLeaving(): void {
  if (isWatched) return;
  isWatched = true;
  const engine = tf.engine();
  const change = engine.setBackend.bind(engine);
  engine.setBackend = async (name) => {
    const isLeaving = engine.backendName === 'ort' && name !== 'ort';
    // Changes at once, as without this, whether or not it is awaited.
    const changed = change(name);
    // Who reads a tensor meets the error.
    if (isLeaving) await (tf.findBackend('ort') as OrtBackend | null)?.flush().catch(() => {});
    return await changed;
  };
}
