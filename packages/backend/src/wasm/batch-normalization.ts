import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { float32, kernel } from './kernel.ts';
import { addressOf, allocate, floats, memoryOf, withScratch } from './native/backend.ts';
import { multiplyColumns, runRows, sumColumns } from './native/matrices.ts';
import { teamOf } from './native/teams.ts';

interface Attributes {
  readonly epsilon: number;
}

/** Normalisation by the batch's statistics, and its gradient; both over all axes but the last. */
export const batchNormalization: readonly KernelConfig[] = [
  kernel('StsBatchNormTraining', (backend, inputs, { epsilon }: Attributes) => {
    const name = 'StsBatchNormTraining';
    const x = float32(name, 'x', inputs['x']);
    const gamma = perChannel(name, 'gamma', inputs['gamma'], x);
    const beta = perChannel(name, 'beta', inputs['beta'], x);
    const { rows, channels } = matrix(x);
    const y = allocate(backend, x.shape);
    const mean = allocate(backend, [channels]);
    const variance = allocate(backend, [channels]);
    const team = teamOf(backend);
    withScratch(backend, 8 * channels, (partial) => {
      const [from, centre] = [addressOf(backend, x), addressOf(backend, mean)];
      const values = { address: from, rows, columns: channels };
      sumColumns(team, values, centre, partial);
      scale(floats(backend, mean), 1 / rows);
      multiplyColumns(team, values, from, centre, addressOf(backend, variance), partial, 1);
      const variances = scale(floats(backend, variance), 1 / rows);
      const factor = new Float32Array(memoryOf(backend).buffer, partial, channels);
      const gammas = floats(backend, gamma);
      for (let c = 0; c < channels; c++)
        factor[c] = gammas[c]! / Math.sqrt(variances[c]! + epsilon);
      const [to, shift] = [addressOf(backend, y), addressOf(backend, beta)];
      runRows(team, 'normalize', [from, to], values, [centre, partial, shift]);
    });
    return [y, mean, variance];
  }),
  kernel('StsBatchNormTrainingGrad', (backend, inputs, { epsilon }: Attributes) => {
    const name = 'StsBatchNormTrainingGrad';
    const x = float32(name, 'x', inputs['x']);
    const dy = float32(name, 'dy', inputs['dy']);
    const gamma = perChannel(name, 'gamma', inputs['gamma'], x);
    const mean = perChannel(name, 'mean', inputs['mean'], x);
    const variance = perChannel(name, 'variance', inputs['variance'], x);
    const { rows, channels } = matrix(x);
    const dx = allocate(backend, x.shape);
    const dgamma = allocate(backend, [channels]);
    const dbeta = allocate(backend, [channels]);
    const team = teamOf(backend);
    // A row of float64, and three of float32 afterwards.
    withScratch(backend, 12 * channels, (scratch) => {
      const [from, gradient] = [addressOf(backend, x), addressOf(backend, dy)];
      const [to, centre] = [addressOf(backend, dx), addressOf(backend, mean)];
      const size = { rows, columns: channels };
      sumColumns(team, { address: gradient, ...size }, addressOf(backend, dbeta), scratch);
      const products = addressOf(backend, dgamma);
      const values = { address: from, ...size };
      multiplyColumns(team, values, gradient, centre, products, scratch, 0);
      const [factor, slope, shift] = [0, 1, 2].map(
        (i) => new Float32Array(memoryOf(backend).buffer, scratch + 4 * i * channels, channels),
      ) as [Float32Array, Float32Array, Float32Array];
      const [gammas, variances] = [floats(backend, gamma), floats(backend, variance)];
      const [dgammas, dbetas] = [floats(backend, dgamma), floats(backend, dbeta)];
      for (let c = 0; c < channels; c++) {
        const inverse = 1 / Math.sqrt(variances[c]! + epsilon);
        const total = dgammas[c]! * inverse;
        dgammas[c] = total;
        factor[c] = gammas[c]! * inverse;
        slope[c] = (-gammas[c]! * inverse * inverse * total) / rows;
        shift[c] = (-gammas[c]! * inverse * dbetas[c]!) / rows;
      }
      const given = [scratch, centre, scratch + 4 * channels, scratch + 8 * channels];
      runRows(team, 'normalizeGradient', [gradient, from, to], values, given);
    });
    return [dx, dgamma, dbeta];
  }),
];

/** A tensor as rows of its last axis. */
export function matrix({ shape }: TensorInfo): { rows: number; channels: number } {
  return { rows: shape.slice(0, -1).reduce((a, b) => a * b, 1), channels: shape.at(-1) ?? 1 };
}

function perChannel(
  kernelName: string,
  name: string,
  tensor: TensorInfo | undefined,
  x: TensorInfo,
): TensorInfo {
  const values = float32(kernelName, name, tensor);
  if (values.shape.length !== 1 || values.shape[0] !== x.shape.at(-1)) {
    throw new RangeError(
      `\`${kernelName}\`: ${name} must be [${x.shape.at(-1)}], one value for each channel of x, got [${values.shape}].`,
    );
  }
  return values;
}

function scale(values: Float32Array, factor: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
  return values;
}
