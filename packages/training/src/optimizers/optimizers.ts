import { specOf } from '../spec/spec-of.ts';
import { Adam, type AdamOptions } from './adam.ts';
import type { Optimizer, OptimizerSpec, TrainedWeight } from './optimizer.ts';
import { Sgd, type SgdOptions } from './sgd.ts';

/** An optimiser as data: its name with its options. */
export type OptimizerConfig =
  | ({ readonly name: 'adamw' } & AdamOptions)
  | ({ readonly name: 'adam' } & AdamOptions)
  | ({ readonly name: 'sgd' } & SgdOptions);

/** The optimisers by name. */
export const optimizers: {
  readonly [Name in OptimizerConfig['name']]: OptimizerSpec<
    Omit<Extract<OptimizerConfig, { readonly name: Name }>, 'name'>
  >;
} = {
  adamw: { create: (weights, options) => new Adam(weights, options, 'decoupled') },
  adam: { create: (weights, options) => new Adam(weights, options, 'gradient') },
  sgd: { create: (weights, options) => new Sgd(weights, options) },
};

/** The optimiser that a config or a spec of one's own stands for. */
export function createOptimizer(
  optimizer: OptimizerConfig | OptimizerSpec,
  weights: readonly TrainedWeight[],
): Optimizer {
  if (!('name' in optimizer)) return optimizer.create(weights, {});
  const table = optimizers as Readonly<Record<string, OptimizerSpec<OptimizerConfig>>>;
  return specOf('optimizer', table, optimizer.name).create(weights, optimizer);
}
