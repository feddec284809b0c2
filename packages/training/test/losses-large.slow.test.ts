import { describeBackends } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { createLoss, type LossFunction } from '../src/index.ts';

const shape: [number, number, number, number] = [1, 2848, 4288, 2];
const smoothing = 1;
const pixels = shape[1] * shape[2];
/** A lesion of one pixel in a thousand, and logits that know most of it. */
const isLesion = (i: number) => i % 1000 === 7;
const z = new Float32Array(2 * pixels);
const y = new Float32Array(2 * pixels);
for (let i = 0; i < pixels; i++) {
  const truth = isLesion(i) ? 1 : 0;
  y[2 * i + truth] = 1;
  z[2 * i + truth] = 2 + Math.sin(i);
  z[2 * i + 1 - truth] = -2 - Math.cos(3 * i);
}
const { entropy, dice } = obvious();

/** The formulas of the docstrings, pixel by pixel in double precision. */
function obvious(): { readonly entropy: number; readonly dice: number } {
  let [entropy, both, predicted, lesion] = [0, 0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    const p = 1 / (1 + Math.exp(z[2 * i]! - z[2 * i + 1]!));
    const y = isLesion(i) ? 1 : 0;
    entropy -= Math.log(y === 1 ? p : 1 - p) / pixels;
    both += p * y;
    predicted += p;
    lesion += y;
  }
  return { entropy, dice: 1 - (2 * both + smoothing) / (predicted + lesion + smoothing) };
}

describeBackends('losses of 2848 × 4288 pixels', () => {
  it('equal the formulas to 10⁻⁵ (in double precision)', async () => {
    const [labels, logits] = [tf.tensor4d(y, shape), tf.tensor4d(z, shape)];
    const choices = ['cross-entropy', { name: 'dice-cross-entropy', smoothing }] as const;
    const losses = choices.map((one) => (createLoss(one) as LossFunction)(labels, logits));
    const [first, second] = await Promise.all(losses.map((loss) => loss.data()));
    expect(first!).toBeAllclose([entropy], { rtol: 1e-5 });
    expect(second!).toBeAllclose([entropy + dice], { rtol: 1e-5 });
    tf.dispose([labels, logits, ...losses]);
  });
}, ['wasm', 'ort']);
