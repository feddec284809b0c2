import { type NetworkName, type NetworkSettings, networks } from '@sts-net/networks';
import * as z from 'zod';

const dense = {
  outputStride: z
    .literal([8, 16])
    .optional()
    .describe('Stride of the encoder’s deepest map; else 8.'),
  alignCorners: z
    .boolean()
    .optional()
    .describe(
      'Whether the last resizing keeps corner pixels, as when the published weights were trained; else not.',
    ),
  dropout: z.number().min(0).lt(1).optional().describe('Rate of the channel dropout; else 0.1.'),
  momentum: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'How much of each batch the running statistics of its blocks’ normalisations take; else 0.0003, as published, which needs thousands of steps: give shorter trainings 0.1.',
    ),
};

const whole = z.int().positive();
const pairOfWholes = z.union([whole, z.tuple([whole, whole])]);
const odd = whole.refine((side) => side % 2 === 1, 'must be odd, for example 3');

const nnUNet = {
  plan: z
    .strictObject({
      features: z.array(whole).min(2).describe('Channels of each stage, finest first.'),
      strides: z
        .array(pairOfWholes)
        .optional()
        .describe('Step into each stage, [rows, columns] or one number; else 1, then 2.'),
      kernelSizes: z
        .array(z.union([odd, z.tuple([odd, odd])]))
        .optional()
        .describe('Else 3.'),
      depths: z
        .array(whole)
        .optional()
        .describe('Convolutions of each stage, else 2; or residual blocks, else 1, 3, 4, 6, 6, ….'),
      decoderDepths: z
        .array(whole)
        .optional()
        .describe(
          'Convolutions of each level of the decoder, the coarsest first; else 2, or 1 with residual blocks.',
        ),
    })
    .superRefine(({ features, ...lists }, context) => {
      for (const [name, list] of Object.entries(lists)) {
        const count = features.length - (name === 'decoderDepths' ? 1 : 0);
        if (list === undefined || list.length === count) continue;
        const message = `must have ${count} numbers, one for each stage${name === 'decoderDepths' ? ' but the coarsest' : ''}, got ${list.length}`;
        context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .optional()
    .describe('Its stages; else those that nnU-Net plans for `patchSize`.'),
  patchSize: z
    .tuple([whole, whole])
    .optional()
    .describe('Rows and columns, pixels, from which its stages follow without a `plan`; else 256.'),
  deepSupervision: z
    .boolean()
    .optional()
    .describe('Further outputs in training, from the maps on the way to the logits; else true.'),
};

const share = z.number().min(0).max(1);
const rate = z.number().min(0).lt(1);
const dropKey = z.tuple([share, share, share, share]).optional();

const stream = {
  dropKey: dropKey.describe(
    'Share of the keys that attention drops in training, for each stage; else none.',
  ),
  monteCarlo: rate
    .optional()
    .describe(
      'Rate of dropout that prediction has too, 0.5 for a coarse network; else no such dropout.',
    ),
};

const ehFormer = {
  alpha: share.optional().describe('Share of the easy stream in the fused maps; else 0.5.'),
  dropKey: dropKey.describe(
    'Share of the queries that attention drops in training where all is uncertain, for each stage; else 0.4, 0.32, 0.24, 0.16.',
  ),
  monteCarlo: rate.optional().describe('Rate of the coarse stream’s dropout; else 0.5.'),
  samples: z.int().min(2).optional().describe('How often the coarse stream samples; else 6.'),
};

const afma = {
  attentionDepth: z
    .literal([1, 2, 3, 4, 5])
    .optional()
    .describe('Which map of the encoder the image is compared with, the finest being 1; else 3.'),
  attentionClasses: z
    .int()
    .min(2)
    .optional()
    .describe('Channels of the attention, at least as many as classes; else as many.'),
  dropout: z.number().min(0).lt(1).optional().describe('Rate of the pyramid’s dropout; else 0.5.'),
};

const um = {
  floor: z
    .boolean()
    .optional()
    .describe('Whether the means that weigh its last channels are rounded down, the default.'),
  dropout: z.number().min(0).lt(1).optional().describe('Rate of the channel dropout; else 0.1.'),
};

const i2u = {
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('Share of the bottleneck’s pixels that drop-block zeroes; else 0.2.'),
};

const denseOnResNet = {
  ...dense,
  outputStride: z
    .literal([8, 16])
    .optional()
    .describe('Stride of the encoder’s deepest map; else 16.'),
};

/** The settings of those networks that have any. */
export const networkSettings: {
  readonly [Name in NetworkName]?: {
    readonly [Setting in keyof NetworkSettings[Name]]: z.core.$ZodType;
  };
} = {
  'deeplabv3-afma': afma,
  'um-net': um,
  'i2u-net-m': i2u,
  denseaspp121: dense,
  denseaspp161: dense,
  denseaspp169: dense,
  denseaspp201: dense,
  'nnunet-2d': nnUNet,
  'nnunet-resenc': nnUNet,
  'mit-b5-stream': stream,
  'eh-former': ehFormer,
  'denseaspp-resnet101': denseOnResNet,
};

const names = Object.keys(networks) as [NetworkName, ...NetworkName[]];

/** The names that take the same settings together, those without any too. */
const [first, ...rest] = [...new Set(names.map((name) => networkSettings[name]))].map((settings) =>
  z.strictObject({
    name: z.enum(names.filter((name) => networkSettings[name] === settings)),
    ...settings,
  }),
);

/** A whole network, by its name or by its name with settings. */
export const networkSchema = z
  .union([z.enum(names), z.discriminatedUnion('name', [first!, ...rest])])
  .describe(
    'A whole network, which is no pair of an encoder and a decoder: its name, or one with settings.',
  );
