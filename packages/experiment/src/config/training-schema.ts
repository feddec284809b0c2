import { samplers, selectionScores } from '@sts-net/training';
import * as z from 'zod';
import { lossSchema } from './loss-schema.ts';
import { planeSize } from './preprocessing-schema.ts';
import { optimizerSchema, scheduleSchema } from './steps-schema.ts';

const positiveInteger = z.int().positive();
const interval = z.union([positiveInteger, z.literal('epoch')]).default('epoch');

const pretrainedFileSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an address, https://…' }),
  sha256: z.string().regex(/^[0-9a-f]{8,64}$/i, 'must be 8 to 64 hexadecimal digits'),
});

const ownWeightsSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'Folder of a run, whose best weights are taken, or file of weights: this program’s, or of PyTorch (safetensors, or what torch.save wrote); relative to the config file.',
    ),
});

const patchSchema = z.strictObject({
  size: planeSize.describe('Height and width in pixels.'),
  lesionShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('Share of the patches that hold a lesion, as far as the data have any.'),
  jitter: z
    .int()
    .min(0)
    .optional()
    .describe(
      'How far, in pixels, the lesion lies at most from the patch centre; else a quarter of the smaller side.',
    ),
});

const samplerSchema = z.union([
  z.enum(keysOf(samplers)),
  z.discriminatedUnion('name', [
    z.strictObject({ name: z.enum(['slices', 'plain', 'pixels', 'lesions', 'classes']) }),
    z
      .strictObject({
        name: z.literal('sizes'),
        exponent: z
          .number()
          .optional()
          .describe('Lesions of n voxels are drawn in proportion to n to minus this; else 1.'),
        curve: z
          .array(z.tuple([z.number().min(0), z.number().min(0)]))
          .min(1)
          .refine(
            (points) => points.every(([size], i) => i === 0 || size > points[i - 1]![0]),
            'sizes must rise',
          )
          .refine((points) => points.some(([, weight]) => weight > 0), 'a weight must be above 0')
          .optional()
          .describe('Weights of sizes, [voxels, weight], with straight lines between them.'),
      })
      .refine(({ exponent, curve }) => exponent === undefined || curve === undefined, {
        path: ['curve'],
        message: 'must be given without `exponent`',
      }),
    z.strictObject({
      name: z.literal('hard-negatives'),
      share: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Share of the draws without a lesion that hold a false alarm; else 0.5.'),
      slices: positiveInteger
        .optional()
        .describe('How many training slices are predicted at each validation; else 64.'),
    }),
  ]),
]);

const validationSchema = z.strictObject({
  every: interval.describe('Steps between validations, or epoch.'),
  metric: z
    .enum(keysOf(selectionScores))
    .default('dice')
    .describe(
      'Score that chooses the best checkpoint; among equal ones the earlier is kept. dice: foreground Dice over all pixels, the mean of its classes; case-dice: the mean over the cases; lesion-f1: F1 of the lesions; mIoU: the paper’s mean IoU.',
    ),
  slices: positiveInteger
    .optional()
    .describe('How many slices, evenly spaced over the validation split; all if not given.'),
  patience: positiveInteger
    .optional()
    .describe(
      'Ends the training after so many validations in a row that are no better than the best.',
    ),
  keep: positiveInteger
    .optional()
    .describe(
      'How many of the best checkpoints are kept, as best-STEP.safetensors; else the best alone.',
    ),
});

export const trainingSchema = z
  .strictObject({
    steps: positiveInteger.optional().describe('Length in steps; either this or epochs.'),
    epochs: positiveInteger
      .optional()
      .describe('Length in passes over the training samples; either this or steps.'),
    pretrained: z
      .union([z.literal('imagenet'), pretrainedFileSchema, ownWeightsSchema])
      .optional()
      .describe(
        'What the network starts from: its encoder from weights trained on ImageNet or a published file; or all layers that fit from a run or a file of one’s own, the others anew. Else random weights.',
      ),
    batchSize: positiveInteger.default(4),
    patch: patchSchema
      .nullable()
      .default(null)
      .describe('Random patches; null trains on whole slices.'),
    sampler: samplerSchema
      .optional()
      .describe(
        'What is drawn: slices (each once an epoch), or at random plain (anything), pixels (around lesion pixels), lesions (each equally likely), classes (each equally likely), sizes (small lesions more often, or as a curve says), hard-negatives (as lesions, and of the rest half where the network sees lesions that are not there); else slices, or pixels where there are patches.',
      ),
    flips: z
      .boolean()
      .default(false)
      .describe('Mirrors samples at random, along rows and along columns.'),
    loss: lossSchema.optional(),
    optimizer: optimizerSchema.prefault({}),
    schedule: scheduleSchema.prefault({ name: 'cosine' }),
    accumulate: positiveInteger
      .optional()
      .describe(
        'Batches whose gradients make one step together, so that it sees accumulate · batchSize samples; else 1.',
      ),
    clipNorm: z
      .number()
      .positive()
      .optional()
      .describe('Gradients of a larger norm, over all weights together, are scaled down to it.'),
    average: z
      .strictObject({
        decay: z.number().min(0).lt(1).default(0.999).describe('What stays of it at each step.'),
      })
      .optional()
      .describe(
        'Exponential moving average of the weights, which is validated and kept in place of them.',
      ),
    freeze: z
      .array(z.enum(['encoder', 'batch-norms']))
      .optional()
      .describe('What is not trained: the encoder, or the normalisations with their statistics.'),
    outputWeights: z
      .array(z.number().min(0))
      .min(1)
      .optional()
      .describe(
        'Of a network of several outputs, what the loss of each counts, the prediction’s first; else as a whole network is published, or halved from one to the next.',
      ),
    workers: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Threads that make the next batches while a step runs, the same whatever their number; 0 makes them between steps. Else 1, or 0 where code gives cases, sampler or augmentation, and for hard negatives.',
      ),
    validation: validationSchema.prefault({}),
    saveEvery: interval.describe(
      'Steps between writes of the checkpoint to resume from, or epoch.',
    ),
  })
  .refine(({ sampler, patch }) => patch === null || nameOf(sampler) !== 'slices', {
    path: ['sampler'],
    message: '"slices" draws whole slices; remove `patch`, or take another sampler',
  })
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    path: ['steps'],
    message: 'give either `steps` or `epochs`, not both and not neither',
  });

function nameOf(sampler: z.output<typeof samplerSchema> | undefined): string | undefined {
  return typeof sampler === 'object' ? sampler.name : sampler;
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}
