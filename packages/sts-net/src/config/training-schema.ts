import { losses, selectionScores } from '@sts-net/training';
import { z } from 'zod';
import { planeSize } from './preprocessing-schema.ts';

const positiveInteger = z.int().positive();
const interval = z.union([positiveInteger, z.literal('epoch')]).default('epoch');
const rate = z.number().min(0);
const decayRate = z.number().min(0).lt(1);

const pretrainedFileSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an address, https://…' }),
  sha256: z.string().regex(/^[0-9a-f]{8,64}$/i, 'must be 8 to 64 hexadecimal digits'),
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

const optimizerSchema = z
  .strictObject({
    name: z.literal('adamw').default('adamw'),
    learningRate: rate.default(1e-4),
    betas: z.tuple([decayRate, decayRate]).default([0.9, 0.999]),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: rate.default(0.01).describe('Decoupled decay, on every trainable weight.'),
  })
  .describe('AdamW as PyTorch defines it.');

const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant') }),
  z
    .strictObject({
      name: z.literal('cosine'),
      minimumLearningRate: rate.default(1e-8),
      per: z.enum(['epoch', 'step']).default('epoch').describe('When the rate changes.'),
    })
    .describe('Half a cosine from the learning rate to the minimum over the whole training.'),
]);

const validationSchema = z.strictObject({
  every: interval.describe('Steps between validations, or epoch.'),
  metric: z
    .enum(keysOf(selectionScores))
    .default('dice')
    .describe(
      'Score that chooses the best checkpoint: foreground Dice over all pixels, the mean of its classes, or the paper’s mean IoU.',
    ),
  slices: positiveInteger
    .optional()
    .describe('How many slices, evenly spaced over the validation split; all if not given.'),
});

export const trainingSchema = z
  .strictObject({
    steps: positiveInteger.optional().describe('Length in steps; either this or epochs.'),
    epochs: positiveInteger
      .optional()
      .describe('Length in passes over the training samples; either this or steps.'),
    pretrained: z
      .union([z.literal('imagenet'), pretrainedFileSchema])
      .optional()
      .describe(
        'What the encoder starts from: weights trained on ImageNet, or a file; else random weights.',
      ),
    batchSize: positiveInteger.default(4),
    patch: patchSchema
      .nullable()
      .default(null)
      .describe('Random patches; null trains on whole slices.'),
    flips: z
      .boolean()
      .default(false)
      .describe('Mirrors samples at random, along rows and along columns.'),
    loss: z.enum(keysOf(losses)).default('cross-entropy'),
    optimizer: optimizerSchema.prefault({}),
    schedule: scheduleSchema.prefault({ name: 'cosine' }),
    validation: validationSchema.prefault({}),
    saveEvery: interval.describe(
      'Steps between writes of the checkpoint to resume from, or epoch.',
    ),
  })
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    path: ['steps'],
    message: 'give either `steps` or `epochs`, not both and not neither',
  });

/** How long, from what, with which loss and optimiser a network is trained, and what is kept. */
export type TrainingConfig = z.output<typeof trainingSchema>;

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}
