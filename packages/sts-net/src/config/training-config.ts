import { z } from 'zod';
import type { PretrainedFile } from '../weights/pretrained-files.ts';
import { planeSize } from './plane-size.ts';

/** Training on random patches instead of whole slices. */
export interface PatchConfig {
  /** Height and width in pixels. */
  readonly size: readonly [number, number];
  /** Share of the patches that hold a lesion, as far as the data have any. @default 0.7 */
  readonly lesionShare: number;
  /** How far, in pixels, the lesion lies at most from the patch centre. @default a quarter of the smaller side */
  readonly jitter?: number | undefined;
}

/** AdamW as PyTorch defines it. */
export interface OptimizerConfig {
  readonly name: 'adamw';
  /** @default 1e-4 */
  readonly learningRate: number;
  /** @default [0.9, 0.999] */
  readonly betas: readonly [number, number];
  /** @default 1e-8 */
  readonly epsilon: number;
  /** Decoupled decay, on every trainable weight. @default 0.01 */
  readonly weightDecay: number;
}

export type ScheduleConfig =
  | { readonly name: 'constant' }
  /** Half a cosine from the learning rate to the minimum over the whole training. */
  | {
      readonly name: 'cosine';
      /** @default 1e-8 */
      readonly minimumLearningRate: number;
      /** When the rate changes. @default 'epoch' */
      readonly per: 'epoch' | 'step';
    };

export interface ValidationConfig {
  /** Steps between validations, or `epoch`. @default 'epoch' */
  readonly every: number | 'epoch';
  /** Score that chooses the best checkpoint: foreground Dice over all pixels, or the paper's mean IoU. @default 'dice' */
  readonly metric: 'dice' | 'mIoU';
  /** How many slices, evenly spaced over the validation split; all if not given. */
  readonly slices?: number | undefined;
}

export type LossName = 'cross-entropy' | 'dice-cross-entropy';

export interface TrainingConfig {
  /** Length in steps; either this or `epochs`. */
  readonly steps?: number | undefined;
  /** Length in passes over the training samples; either this or `steps`. */
  readonly epochs?: number | undefined;
  /**
   * What the encoder starts from: weights trained on ImageNet, or a file; see `loadPretrained`.
   * @default random weights
   */
  readonly pretrained?: 'imagenet' | PretrainedFile | undefined;
  /** @default 4 */
  readonly batchSize: number;
  /** Random patches; null trains on whole slices. @default null */
  readonly patch: PatchConfig | null;
  /** Mirrors samples at random, along rows and along columns. @default false */
  readonly flips: boolean;
  /** @default 'cross-entropy' */
  readonly loss: LossName;
  readonly optimizer: OptimizerConfig;
  /** @default { "name": "cosine", "minimumLearningRate": 1e-8, "per": "epoch" } */
  readonly schedule: ScheduleConfig;
  readonly validation: ValidationConfig;
  /** Steps between writes of the checkpoint to resume from, or `epoch`. @default 'epoch' */
  readonly saveEvery: number | 'epoch';
}

const positiveInteger = z.int().positive();
const interval = z.union([positiveInteger, z.literal('epoch')]).default('epoch');
const rate = z.number().min(0);
const decayRate = z.number().min(0).lt(1);

const pretrainedFileSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an address, https://…' }),
  sha256: z.string().regex(/^[0-9a-f]{8,64}$/i, 'must be 8 to 64 hexadecimal digits'),
});

const patchSchema = z.strictObject({
  size: planeSize,
  lesionShare: z.number().min(0).max(1).default(0.7),
  jitter: z.int().min(0).optional(),
});

const optimizerSchema = z.strictObject({
  name: z.literal('adamw').default('adamw'),
  learningRate: rate.default(1e-4),
  betas: z.tuple([decayRate, decayRate]).default([0.9, 0.999]),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: rate.default(0.01),
});

const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant') }),
  z.strictObject({
    name: z.literal('cosine'),
    minimumLearningRate: rate.default(1e-8),
    per: z.enum(['epoch', 'step']).default('epoch'),
  }),
]);

const validationSchema = z.strictObject({
  every: interval,
  metric: z.enum(['dice', 'mIoU']).default('dice'),
  slices: positiveInteger.optional(),
});

export const trainingSchema: z.ZodType<TrainingConfig> = z
  .strictObject({
    steps: positiveInteger.optional(),
    epochs: positiveInteger.optional(),
    pretrained: z.union([z.literal('imagenet'), pretrainedFileSchema]).optional(),
    batchSize: positiveInteger.default(4),
    patch: patchSchema.nullable().default(null),
    flips: z.boolean().default(false),
    loss: z.enum(['cross-entropy', 'dice-cross-entropy']).default('cross-entropy'),
    optimizer: optimizerSchema.prefault({}),
    schedule: scheduleSchema.prefault({ name: 'cosine' }),
    validation: validationSchema.prefault({}),
    saveEvery: interval,
  })
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    path: ['steps'],
    message: 'give either `steps` or `epochs`, not both and not neither',
  });
