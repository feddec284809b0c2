import { z } from 'zod';
import type { DatasetJsonContent } from './dataset-json.ts';
import type { Fold } from './nnunet-splits.ts';

const name = z.string().min(1);
const labelNumber = z.int().min(0).max(254);
/** Keys are numbers, values names; nnU-Net's first version and the Decathlon. */
const byNumber = z.record(z.string().regex(/^\d+$/, 'must be a number'), name);

/** Validates a `dataset.json`. */
export const datasetJsonSchema: z.ZodType<DatasetJsonContent> = z.looseObject({
  channel_names: byNumber.optional(),
  modality: byNumber.optional(),
  labels: z.union([byNumber, z.record(name, z.union([labelNumber, z.array(labelNumber).min(1)]))]),
  numTraining: z.int().min(0).optional(),
  file_ending: z
    .string()
    .regex(/^\.[^/\\]+$/, 'must start with a dot, as ".nii.gz"')
    .optional(),
  training: z.array(z.looseObject({ image: name, label: name })).optional(),
  test: z.array(z.union([name, z.looseObject({ image: name })])).optional(),
  dataset: z
    .record(name, z.looseObject({ images: z.array(name).min(1), label: name.optional() }))
    .optional(),
  groups: z.record(name, name).optional(),
});

/** Validates a `splits_final.json`. */
export const splitsSchema: z.ZodType<readonly Fold[]> = z
  .array(z.looseObject({ train: z.array(name), val: z.array(name) }))
  .min(1);
