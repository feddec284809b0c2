import * as tf from '@tensorflow/tfjs-core';
import { type Loss, type MappedLoss, mapped } from './contract/loss.ts';
import { requireNumbers } from './contract/require-numbers.ts';

/** The sum of losses times their weights; each is given the maps that it made. */
export function weightedSum(
  parts: readonly { readonly loss: Loss; readonly weight: number }[],
): MappedLoss {
  if (parts.length === 0) {
    throw new RangeError('loss: a sum must have at least one part, got none');
  }
  for (const { weight } of parts) requireNumbers('loss', 'at least 0', { weight });
  const terms = parts.map(({ loss, weight }, i) => ({ ...mapped(loss), weight, prefix: `${i}.` }));
  return {
    maps: (truth) => {
      const all = terms.flatMap(({ maps, prefix }) =>
        Object.entries(maps(truth)).map(([name, map]) => [prefix + name, map] as const),
      );
      return Object.fromEntries(all);
    },
    value(labels, logits, maps, output) {
      const values = terms.map(({ value, weight, prefix }) => {
        const own = Object.entries(maps)
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, map]) => [name.slice(prefix.length), map] as const);
        return tf.mul(value(labels, logits, Object.fromEntries(own), output), weight);
      });
      return tf.addN(values) as tf.Scalar;
    },
  };
}
