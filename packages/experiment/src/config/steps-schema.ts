import * as z from 'zod';

const positiveInteger = z.int().positive();
const rate = z.number().min(0);
const share = z.number().min(0).lt(1);

const groups = {
  decay: z
    .enum(['all', 'kernels'])
    .optional()
    .describe(
      'Which weights decay: all, the default, or kernels alone: no biases, and no factors and offsets of normalisations.',
    ),
  encoderRate: rate
    .optional()
    .describe('The encoder’s learning rate is the learning rate times this; else 1.'),
};

const adam = {
  learningRate: rate.default(1e-4),
  betas: z.tuple([share, share]).default([0.9, 0.999]),
  epsilon: z.number().positive().default(1e-8),
  ...groups,
};

/** What moves the weights. */
export const optimizerSchema = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('adamw').optional().default('adamw'),
        ...adam,
        weightDecay: rate.default(0.01).describe('Decoupled decay.'),
      })
      .describe('AdamW as PyTorch defines it.'),
    z
      .strictObject({
        name: z.literal('adam'),
        ...adam,
        weightDecay: rate.default(0).describe('This times the weight is added to its gradient.'),
      })
      .describe('Adam as PyTorch defines it.'),
    z
      .strictObject({
        name: z.literal('sgd'),
        learningRate: rate.default(0.01),
        momentum: share.default(0.9),
        nesterov: z.boolean().default(true).describe('Nesterov’s momentum.'),
        weightDecay: rate.default(0).describe('This times the weight is added to its gradient.'),
        ...groups,
      })
      .refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
        path: ['momentum'],
        message: 'must be above 0 with Nesterov’s momentum; set `nesterov` to false',
      })
      .describe('Stochastic gradient descent as PyTorch defines it.'),
  ])
  .describe('What moves the weights; AdamW without a name.');

const warmup = z
  .strictObject({
    steps: positiveInteger.optional(),
    epochs: positiveInteger.optional(),
    from: z.number().min(0).max(1).default(0.01).describe('Where it begins, times the rate.'),
  })
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    path: ['steps'],
    message: 'give either `steps` or `epochs`, not both and not neither',
  })
  .optional()
  .describe('A rise of the learning rate, before the schedule takes what is left.');

const falling = {
  minimumLearningRate: rate.default(1e-8),
  per: z.enum(['epoch', 'step']).default('epoch').describe('When the rate changes.'),
  warmup,
};

/** The learning rate over a training. */
export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), warmup }),
  z
    .strictObject({ name: z.literal('cosine'), ...falling })
    .describe('Half a cosine from the learning rate to the minimum over the whole training.'),
  z
    .strictObject({
      name: z.literal('polynomial'),
      power: z.number().positive().default(0.9),
      ...falling,
    })
    .describe('The share of the training that is left, to a power.'),
  z
    .strictObject({
      name: z.literal('one-cycle'),
      rise: z.number().min(0).max(1).default(0.3).describe('Share in which the rate rises.'),
      divisor: z.number().min(1).default(25).describe('It begins at the rate divided by this.'),
      finalDivisor: z
        .number()
        .min(1)
        .default(1e4)
        .describe('It ends at the first divided by this.'),
      form: z.enum(['cosine', 'linear']).default('cosine'),
      warmup,
    })
    .describe('A rise to the learning rate and a longer fall to nearly nothing.'),
]);
