import {
  type AttentionFactory,
  type DilationStyle,
  type EncoderName,
  type EncoderSpec,
  encoders,
  type OutputStride,
} from '@sts-net/backbones';
import { type DecoderName, type DecoderSpec, decoders } from '@sts-net/decoders';
import { z } from 'zod';
import { type AttentionConfig, attentionSchema } from './attention.ts';

/** The choices that make a network, whatever images it takes. */
export interface ModelSettings {
  readonly encoder: EncoderName;
  readonly decoder: DecoderName;
  /** Attention after every feature map of the encoder. @default 'none' */
  readonly attention?: AttentionConfig | undefined;
  /** Number of classes, background included. @default 2, where a config is read */
  readonly classes: number;
  /** Stride of the encoder's deepest map. @default what the decoder is made for: 8 for deeplabv3 and pspnet, 16 for deeplabv3plus and pan, else 32 */
  readonly outputStride?: OutputStride | undefined;
  /** Where dilation begins in a stage that keeps its resolution. @default 'smp' */
  readonly dilationStyle?: DilationStyle | undefined;
  /** Dropout rate in [0, 1), for decoders that have dropout. @default 0.5 for deeplabv3 and deeplabv3plus, 0.2 for fpn and pspnet */
  readonly dropout?: number | undefined;
}

/** What a model has beside its settings. */
interface ModelInput {
  /** `[height, width, channels]` of the images; height and width may be `null` for any size. */
  readonly inputShape: readonly [height: number | null, width: number | null, channels: number];
  /** Seed of the initial weights and of dropout, an integer. @default 0 */
  readonly seed?: number | undefined;
}

/** A model as data: plain JSON that `createModel` takes. */
export interface ModelConfig extends ModelSettings, ModelInput {}

/** What `createModel` takes: a `ModelConfig` whose parts may also be values of one's own. */
export interface ModelOptions
  extends Omit<ModelSettings, 'encoder' | 'decoder' | 'attention'>,
    ModelInput {
  readonly encoder: EncoderName | EncoderSpec;
  readonly decoder: DecoderName | DecoderSpec;
  /** @default 'none' */
  readonly attention?: AttentionConfig | AttentionFactory | undefined;
}

const nameIn = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]]);

const positiveInteger = z.int().positive();

const settings = {
  encoder: nameIn(encoders),
  decoder: nameIn(decoders),
  attention: attentionSchema.optional(),
  classes: positiveInteger.default(2),
  outputStride: z.literal([8, 16, 32]).optional(),
  dilationStyle: z.enum(['smp', 'torchvision']).optional(),
  dropout: z.number().min(0).lt(1).optional(),
};

const input = {
  inputShape: z.tuple([positiveInteger.nullable(), positiveInteger.nullable(), positiveInteger]),
  seed: z.int().optional(),
};

/** Validates `ModelSettings`. */
export const modelSettingsSchema: z.ZodType<ModelSettings> = z.strictObject(settings);

/** Validates `ModelConfig`. */
export const modelConfigSchema: z.ZodType<ModelConfig> = z.strictObject({ ...settings, ...input });
