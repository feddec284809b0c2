import { encoders } from '@sts-net/backbones';
import { decoders, supervisedDecoders } from '@sts-net/decoders';
import { attentionNames } from '@sts-net/model';
import { z } from 'zod';

const oddInteger = z
  .int()
  .positive()
  .refine((size) => size % 2 === 1, 'must be odd, for example 3');

const positiveInteger = z.int().positive();

const attentionSchema = z.union([
  z.enum(attentionNames),
  z.discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('esca'),
      preset: z.enum(['paper', 'reference-code']).exactOptional(),
      kernelSize: z.union([z.literal('adaptive'), oddInteger]).exactOptional(),
      gamma: z.number().positive().exactOptional(),
      b: z.number().exactOptional(),
      repeats: positiveInteger.exactOptional(),
      shared: z.boolean().exactOptional(),
      activation: z.enum(['linear', 'relu', 'sigmoid', 'tanh']).exactOptional(),
    }),
    z.strictObject({
      name: z.literal('se'),
      reduction: positiveInteger.exactOptional(),
      useBias: z.boolean().exactOptional(),
    }),
    z.strictObject({
      name: z.literal('cbam'),
      reduction: positiveInteger.exactOptional(),
      kernelSize: oddInteger.exactOptional(),
      useBias: z.boolean().exactOptional(),
    }),
  ]),
]);

export const modelSchema = z.strictObject({
  encoder: namesOf(encoders),
  decoder: namesOf(decoders),
  attention: attentionSchema
    .optional()
    .describe('Attention after every feature map of the encoder: a name, or one with options.'),
  classes: positiveInteger.default(2).describe('Number of classes, background included.'),
  outputStride: z
    .literal([8, 16, 32])
    .optional()
    .describe('Stride of the encoder’s deepest map; else what the decoder is made for.'),
  dilationStyle: z
    .enum(['smp', 'torchvision'])
    .optional()
    .describe('Where dilation begins in a stage that keeps its resolution; else smp.'),
  deepSupervision: z
    .boolean()
    .optional()
    .describe(
      `Further outputs in training, from the maps on the decoder’s way to its logits, the nearest first (${supervisedDecoders.join(', ')}); else none. Prediction does without.`,
    ),
  auxiliaryHead: z
    .union([z.boolean(), z.strictObject({ stage: positiveInteger })])
    .optional()
    .describe(
      'A further output in training, the last, from a map of the encoder: of the stage of that number, from 1, or, with true, of the last but one; else none. Prediction does without.',
    ),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      'Dropout rate, for decoders that have dropout and for auxiliary heads; else 0.5 for deeplabv3 and deeplabv3plus, 0.2 for fpn and pspnet, 0.1 for auxiliary heads.',
    ),
});

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>) {
  return z.enum(Object.keys(table) as [Name, ...Name[]]);
}
