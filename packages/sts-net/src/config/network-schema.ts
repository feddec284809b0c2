import { type NetworkName, type NetworkSettings, networks } from '@sts-net/networks';
import { z } from 'zod';

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
