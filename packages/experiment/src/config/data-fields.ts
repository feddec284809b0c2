import * as z from 'zod';

const name = z.string().min(1);

const heldOut = z.union([z.array(name), z.number().min(0).lt(1)]).default([]);

export const splitSchema = z
  .strictObject({
    validation: heldOut.describe('Chooses the best checkpoint.'),
    test: heldOut.describe('Seen by `evaluate` only.'),
    folds: z
      .int()
      .min(2)
      .optional()
      .describe(
        'Cross-validation: how many folds the groups that are not for the test make; else 5.',
      ),
    fold: z
      .int()
      .min(0)
      .optional()
      .describe('Which fold validates, from 0, in place of `validation`.'),
  })
  .refine(({ folds, fold }) => folds === undefined || fold !== undefined, {
    path: ['fold'],
    message: 'must say which of the folds validates, from 0',
  })
  .refine(({ folds = 5, fold = 0 }) => fold < folds, {
    path: ['fold'],
    message: 'must be below the number of folds, which are counted from 0',
  })
  .describe(
    'Which groups are held out: their names, or the fraction of all groups, drawn with the seed.',
  );

export const labelsSchema = z
  .strictObject({
    map: z
      .record(z.string().regex(/^-?\d+$/, 'must be a whole number'), z.int().min(0).max(254))
      .optional()
      .describe('Classes of numbers: {"2": 1, "4": 2}; those that it does not name stay.'),
    ignore: z
      .int()
      .optional()
      .describe(
        'Number of pixels on which nothing counts, in no loss and no score, also a negative one; before `map`. Else what a manifest says, or none.',
      ),
  })
  .describe('What the numbers in masks are. Else with two classes all but 0 are the target.');

export const cacheMegabytes = z
  .number()
  .positive()
  .default(1024)
  .describe('Memory for volumes that are kept after reading, in MiB.');
