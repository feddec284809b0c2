import { z } from 'zod';
import { tableNames } from './paper-tables.ts';

const values = z.record(z.string(), z.unknown());

/** What a grid file may hold. */
export const gridSchema = z.strictObject({
  $schema: z.string().optional(),
  base: z
    .string()
    .min(1)
    .describe('The config that all runs share, relative to the folder of the grid file.'),
  preset: z
    .enum(tableNames)
    .optional()
    .describe('The rows of one of the paper’s tables, with its numbers beside those found.'),
  axes: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .default({})
    .describe(
      'Values by the path of a field of the config, such as "training.loss", or by a short name (encoder, decoder, attention, network, amplification, loss, sampler, channels); every combination is a row.',
    ),
  include: z
    .array(values)
    .default([])
    .describe('Further rows; fields that one does not name are those of the base.'),
  exclude: z.array(values).default([]).describe('Rows that have all of these values are left out.'),
  reference: values
    .optional()
    .describe('The row that the others are tested against; else the first, or the preset’s.'),
  seeds: z.array(z.int().min(0)).min(1).optional().describe('Else that of the base.'),
  folds: z.array(z.int().min(0)).min(1).optional().describe('Else the split of the base.'),
});

/** A grid file, defaults filled in. */
export type GridFile = z.output<typeof gridSchema>;
