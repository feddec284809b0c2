import type { LossName } from '@sts-net/training';
import * as z from 'zod';

const atLeast0 = z.number().min(0).optional();
const above0 = z.number().positive().optional();
const flag = z.boolean().optional();

const weights = {
  classWeights: z
    .array(z.number().min(0))
    .min(2)
    .refine((all) => all.some((weight) => weight > 0), 'one must be above 0')
    .optional()
    .describe('A weight for each class, the background first; else all 1.'),
};

const overlap = {
  ...weights,
  smoothing: above0.describe(
    'Added to numerator and denominator; large values flatten the gradient of small targets. Else 1e-5.',
  ),
  batch: flag.describe('Sums over the whole batch, the default; else over each sample.'),
  background: flag.describe('Whether class 0 takes part; else not.'),
};

const tversky = {
  ...overlap,
  alpha: atLeast0.describe('Weight of false positives; else 0.3.'),
  beta: atLeast0.describe('Weight of false negatives; else 0.7.'),
};

const instances = {
  ...weights,
  base: z
    .enum(['dice', 'cross-entropy', 'dice-cross-entropy'])
    .optional()
    .describe('What is computed of the whole and of each lesion.'),
  alpha: atLeast0.describe('Weight of the loss of the whole batch.'),
  beta: atLeast0.describe('Weight of the mean over the lesions.'),
  smoothing: above0.describe('Of the Dice; else 1e-5.'),
  connectivity: z
    .literal([4, 8])
    .optional()
    .describe('Pixels of one lesion share an edge (4), or an edge or a corner (8); else 8.'),
};

const weight = z.number().min(0).default(1).describe('What the loss is multiplied with.');

const options = {
  'cross-entropy': weights,
  'top-k-cross-entropy': {
    ...weights,
    share: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe('Which share of the pixels, the worst, it looks at; else 0.1.'),
  },
  focal: { ...weights, gamma: atLeast0.describe('Else 2.') },
  dice: overlap,
  'dice-cross-entropy': overlap,
  tversky,
  'focal-tversky': { ...tversky, gamma: above0.describe('Else 4/3.') },
  'lovasz-softmax': {
    ...weights,
    batch: flag.describe('Ranks all pixels of the batch, the default; else those of each sample.'),
    background: flag.describe('Whether class 0 takes part, the default.'),
  },
  boundary: { ...weights, background: flag.describe('Whether class 0 takes part; else not.') },
  structure: {
    ...weights,
    entropy: z
      .enum(['weighted', 'plain'])
      .optional()
      .describe(
        'Whether the cross-entropy weighs pixels about edges more, as the overlap does, the default; plain is what its authors’ code computes.',
      ),
  },
  centroidnet: {
    ...weights,
    maxDistance: above0.describe(
      'Pixels farther than this from the border of their object have no vectors; else 40.',
    ),
    connectivity: z
      .literal([4, 8])
      .optional()
      .describe('Pixels of one object share an edge (4), or an edge or a corner (8); else 8.'),
  },
  uncertainty: {
    ...weights,
    epsilon: atLeast0.describe('Added to the weight of each pixel; else 1e-6.'),
  },
  blob: instances,
  'cc-dice-cross-entropy': instances,
  afma: weights,
  'contour-dice-cross-entropy': overlap,
  'entropy-dice-cross-entropy': weights,
  'sigmoid-dice-cross-entropy': {
    ...weights,
    probabilitiesAsLogits: flag.describe(
      'Whether the cross-entropy takes sigmoids for logits, as published; else it does.',
    ),
  },
  lossnet: {
    path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A file with VGG16’s weights, in PyTorch’s layout; else torchvision’s, which is downloaded once.',
      ),
  },
} as const satisfies Readonly<Record<LossName | 'lossnet', z.core.$ZodShape>>;

type Name = keyof typeof options;

const names = Object.keys(options) as [Name, ...Name[]];

const one = <One extends Name>(name: One) =>
  z.strictObject({ name: z.literal(name), ...options[name] });
const part = <One extends Name>(name: One) =>
  z.strictObject({ name: z.literal(name), ...options[name], weight });

// Of each name by itself: of all of them at once a schema knows no option.
type OneOf<Any extends Name> = Any extends Name ? ReturnType<typeof one<Any>> : never;
type PartOf<Any extends Name> = Any extends Name ? ReturnType<typeof part<Any>> : never;
type Some<Type> = [Type, ...Type[]];

/** A loss: by its name, with options, or a sum of several with their weights. */
export const lossSchema = z
  .union([
    z.enum(names),
    z.discriminatedUnion('name', names.map(one) as unknown as Some<OneOf<Name>>),
    z.array(z.discriminatedUnion('name', names.map(part) as unknown as Some<PartOf<Name>>)).min(1),
  ])
  .describe(
    'A loss by its name, with options, or several that are added up by their weights; else what a whole network is published with, or cross-entropy.',
  );

export type Loss = z.output<typeof lossSchema>;

/** The class weights in a loss, each with its path. */
export function classWeightsOf(
  loss: Loss | undefined,
): { path: PropertyKey[]; weights: readonly number[] }[] {
  if (loss === undefined || typeof loss === 'string') return [];
  const parts = Array.isArray(loss) ? [...loss.entries()] : [[undefined, loss] as const];
  return parts.flatMap(([i, part]) =>
    !('classWeights' in part) || part.classWeights === undefined
      ? []
      : [
          {
            path: i === undefined ? ['classWeights'] : [i, 'classWeights'],
            weights: part.classWeights,
          },
        ],
  );
}
