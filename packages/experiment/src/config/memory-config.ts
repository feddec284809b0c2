import { validateWith } from '@sts-net/datasets/validation';
import * as z from 'zod';
import { amplificationSchema } from './amplification-schema.ts';
import { cacheMegabytes, labelsSchema, splitSchema } from './data-fields.ts';
import { modelSchema } from './model-schema.ts';
import { preprocessingSchema } from './preprocessing-schema.ts';
import { targetsSchema } from './targets-schema.ts';
import { checkTogether, withUsualLoss } from './together.ts';
import { trainingSchema } from './training-schema.ts';

export const seed = z
  .int()
  .min(0)
  .default(2021)
  .describe('Drives the weights’ start, the split, the order of the samples, patches, dropout.');

const schema = z
  .strictObject({
    seed,
    model: modelSchema,
    data: z
      .strictObject({
        labels: labelsSchema.optional(),
        split: splitSchema.default({ validation: [], test: [] }),
        cacheMegabytes,
      })
      .prefault({}),
    targets: targetsSchema.optional(),
    preprocessing: preprocessingSchema.prefault({}),
    amplification: amplificationSchema.default({ method: 'none' }),
    training: trainingSchema,
  })
  .superRefine(checkTogether)
  .transform((config) => ({ ...config, training: withUsualLoss(config.training, config.model) }));

/**
 * What of a config says how a network is trained, defaults filled in: all but where its cases lie, where it
 * computes and where it is kept.
 */
export type MemoryConfig = z.output<typeof schema>;

/** The same as it is written: what has a default may be left out. */
export type MemoryConfigInput = z.input<typeof schema>;

/**
 * The config of a training on cases in memory, with its defaults filled in.
 *
 * @param source what the error calls it
 * @throws ValidationError with one line for each wrong field: its path, what is expected, what it holds
 */
export function validateMemoryConfig(value: unknown, source = 'config'): MemoryConfig {
  return validateWith(schema, value, source);
}
