import type { KernelConfig } from '@tensorflow/tfjs-core';
import { matrix } from '../batch-normalization.ts';
import { faster } from '../kernel.ts';
import { addressOf, allocate, floats, memoryOf, withScratch } from '../native/backend.ts';
import { runRows } from '../native/matrices.ts';
import { teamOf } from '../native/teams.ts';

/** Batch normalisation by given statistics: one factor and one offset for each channel. */
export function batchNormInference(): KernelConfig {
  return faster<{ varianceEpsilon: number }>(
    'FusedBatchNorm',
    (backend, { x, mean, variance, scale, offset }, { varianceEpsilon }) => {
      const { rows, channels } = matrix(x!);
      const given = [x, mean, variance, scale, offset].filter((tensor) => tensor != null);
      const perChannel = given
        .slice(1)
        .every(({ shape }) => shape.length === 1 && shape[0] === channels);
      if (!perChannel || given.some(({ dtype }) => dtype !== 'float32')) return undefined;
      const out = allocate(backend, x!.shape);
      withScratch(backend, 8 * channels, (scratch) => {
        const factor = new Float32Array(memoryOf(backend).buffer, scratch, 2 * channels);
        const variances = floats(backend, variance!);
        const scales = scale == null ? undefined : floats(backend, scale);
        const offsets = offset == null ? undefined : floats(backend, offset);
        for (let c = 0; c < channels; c++) {
          factor[c] = (scales?.[c] ?? 1) / Math.sqrt(variances[c]! + varianceEpsilon);
          factor[channels + c] = offsets?.[c] ?? 0;
        }
        const given = [addressOf(backend, mean!), scratch, scratch + 4 * channels];
        const addresses = [x!, out].map((tensor) => addressOf(backend, tensor));
        runRows(teamOf(backend), 'normalize', addresses, { rows, columns: channels }, given);
      });
      return out;
    },
  );
}
