import { encoders } from '@sts-net/backbones';
import { decoders, supervisedDecoders } from '@sts-net/decoders';
import { attentionNames, type ModelSettings } from '@sts-net/model';
import * as z from 'zod';
import { networkSchema } from './network-schema.ts';

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

/** How many classes a network tells. */
export const classCount = positiveInteger
  .default(2)
  .describe('Number of classes, background included.');

const pair = {
  encoder: namesOf(encoders).optional(),
  decoder: namesOf(decoders).optional(),
  attention: attentionSchema
    .optional()
    .describe('Attention after every feature map of the encoder: a name, or one with options.'),
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
};

/** The fields of a config's model that only a pair of an encoder and a decoder has. */
export const pairFields: readonly string[] = Object.keys(pair);

/** A model that is made of an encoder and a decoder, or whole. */
export const modelSchema = z
  .strictObject({ network: networkSchema.optional(), ...pair, classes: classCount })
  .superRefine((model, context) => {
    const issue = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (model.network === undefined) {
      const both = 'must be given: a model has an encoder and a decoder, or a `network`';
      if (model.encoder === undefined) issue('encoder', both);
      if (model.decoder === undefined) issue('decoder', both);
      return;
    }
    for (const field of pairFields) {
      if (model[field as keyof typeof model] === undefined) continue;
      issue(
        field,
        'must be left out beside `network`, which is no pair of an encoder and a decoder',
      );
    }
  })
  .transform((model) => model as ModelSettings)
  // For editors, which know nothing of the refinement above.
  .meta({ oneOf: [{ required: ['network'] }, { required: ['encoder', 'decoder'] }] });

/** What the parts of a model are called: its encoder, decoder and attention, or its network. */
export function partNames(model: ModelSettings): readonly string[] {
  const parts =
    model.network === undefined ? [model.encoder, model.decoder, model.attention] : [model.network];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : part.name));
}

/** A model without the outputs that only training has. */
export function predictionSettings(network: ModelSettings): ModelSettings {
  if (network.network !== undefined) return network;
  const { deepSupervision, auxiliaryHead, ...settings } = network;
  return settings;
}

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>) {
  return z.enum(Object.keys(table) as [Name, ...Name[]]);
}
