import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeEach, expect } from 'vitest';
import type { OrtBackend } from '../src/index.ts';
import './against-cpu.ts';

const statistics = () => (tf.backend() as OrtBackend).statistics();

/** Graphs compiled and run by a function, and by what it left to be computed. */
export async function counted(run: () => unknown): Promise<{ compiles: number; runs: number }> {
  await (tf.backend() as OrtBackend).flush();
  const before = statistics();
  await run();
  await (tf.backend() as OrtBackend).flush();
  const { compiles, runs, pendingTensors } = statistics();
  expect(pendingTensors).toBe(0);
  return { compiles: compiles - before.compiles, runs: runs - before.runs };
}

beforeEach(async () => {
  await tf.setBackend('ort');
});

export function dense(optimizer: string | tf.Optimizer = 'adam', inputs = 8): tfl.Sequential {
  const layers = [
    tfl.layers.dense({ inputShape: [inputs], units: 4, activation: 'relu' }),
    tfl.layers.dense({ units: 1 }),
  ];
  const model = tfl.sequential({ layers });
  model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['mse'] });
  return model;
}
