import type { NamedVariable } from '@sts-net/model';
import { AdamW, type AdamWOptions } from './adamw.ts';
import type { Optimizer, OptimizerSpec } from './optimizer.ts';

/** An optimiser as data: its name with its options. */
export type OptimizerConfig = { readonly name: 'adamw' } & AdamWOptions;

/** The optimisers by name. */
export const optimizers: {
  readonly [Name in OptimizerConfig['name']]: OptimizerSpec<
    Omit<Extract<OptimizerConfig, { readonly name: Name }>, 'name'>
  >;
} = {
  adamw: { create: (weights, options) => new AdamW(weights, options) },
};

/** The optimiser that a config or a spec of one's own stands for. */
export function createOptimizer(
  optimizer: OptimizerConfig | OptimizerSpec,
  weights: readonly NamedVariable[],
): Optimizer {
  if (!('name' in optimizer)) return optimizer.create(weights, {});
  return optimizers[optimizer.name].create(weights, optimizer);
}
