import type {
  AttentionFactory,
  DilationStyle,
  EncoderName,
  EncoderSpec,
  OutputStride,
} from '@sts-net/backbones';
import type { DecoderName, DecoderSpec } from '@sts-net/decoders';
import type { NetworkConfig, NetworkName, NetworkSpec } from '@sts-net/networks';
import type { AttentionConfig } from './attention.ts';

/** The choices that make a pair of an encoder and a decoder, whatever images it takes; all of it is plain JSON. */
export interface PairSettings {
  readonly network?: undefined;
  readonly encoder: EncoderName;
  readonly decoder: DecoderName;
  /** Attention after every feature map of the encoder. @default 'none' */
  readonly attention?: AttentionConfig | undefined;
  /** Number of classes, background included. */
  readonly classes: number;
  /** Stride of the encoder's deepest map. @default what the decoder is made for: 8 for deeplabv3 and pspnet, 16 for deeplabv3plus and pan, else 32 */
  readonly outputStride?: OutputStride | undefined;
  /** Where dilation begins in a stage that keeps its resolution. @default 'smp' */
  readonly dilationStyle?: DilationStyle | undefined;
  /**
   * Further outputs for training, from the maps on the decoder's way to its logits, the nearest first;
   * prediction does without. For unet, unetplusplus, manet, linknet, pan and the plain networks.
   * @default false
   */
  readonly deepSupervision?: boolean | undefined;
  /**
   * A further output for training, the last, from a map of the encoder: of the stage of that number,
   * from 1, or of the last but one that the decoder uses; prediction does without. @default false
   */
  readonly auxiliaryHead?: boolean | { readonly stage: number } | undefined;
  /** Dropout rate in [0, 1), for decoders that have dropout and for auxiliary heads, whose own is 0.1. @default 0.5 for deeplabv3 and deeplabv3plus, 0.2 for fpn and pspnet */
  readonly dropout?: number | undefined;
}

/** A whole network, one that is no pair of an encoder and a decoder; plain JSON. */
export interface WholeSettings {
  /** A network of `@sts-net/networks`: its name, or its name with settings of its own. */
  readonly network: NetworkName | NetworkConfig;
  /** Number of classes, background included. */
  readonly classes: number;
}

/** The choices that make a network, whatever images it takes; all of it is plain JSON. */
export type ModelSettings = PairSettings | WholeSettings;

/** What a model has beside its settings. */
interface ModelInput {
  /** `[height, width, channels]` of the images; height and width may be `null` for any size. */
  readonly inputShape: readonly [height: number | null, width: number | null, channels: number];
  /** Seed of the initial weights and of dropout, an integer. @default 0 */
  readonly seed?: number | undefined;
}

/** A model as data: plain JSON that `createModel` takes. */
export type ModelConfig = (PairSettings | WholeSettings) & ModelInput;

/** What makes a pair: `PairSettings` whose parts may also be values of one's own. */
export interface PairOptions
  extends Omit<PairSettings, 'encoder' | 'decoder' | 'attention'>,
    ModelInput {
  readonly encoder: EncoderName | EncoderSpec;
  readonly decoder: DecoderName | DecoderSpec;
  /** @default 'none' */
  readonly attention?: AttentionConfig | AttentionFactory | undefined;
}

/** What makes a whole network: `WholeSettings` whose network may also be a spec of one's own. */
export interface WholeOptions extends Omit<WholeSettings, 'network'>, ModelInput {
  readonly network: NetworkName | NetworkConfig | NetworkSpec;
}

/** What `createModel` takes: a `ModelConfig` whose parts may also be values of one's own. */
export type ModelOptions = PairOptions | WholeOptions;

/** Whether all parts are names, so that the options can be kept as JSON. */
export function isModelConfig(options: ModelOptions): options is ModelConfig {
  if (options.network !== undefined) {
    return typeof options.network === 'string' || !('create' in options.network);
  }
  const { encoder, decoder, attention } = options;
  return (
    [encoder, decoder].every((part) => typeof part === 'string') && typeof attention !== 'function'
  );
}
