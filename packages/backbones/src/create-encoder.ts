import { deriveSeed } from '@sts-net/layers-core';
import { input as makeInput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type {
  AttentionFactory,
  DilationStyle,
  Encoder,
  EncoderSpec,
  Feature,
  OutputStride,
  StageContext,
} from './encoder-spec.ts';
import { type EncoderName, encoders } from './encoders.ts';

/** Options of {@link createEncoder}. */
export interface EncoderOptions {
  /** The image, `[batch, height, width, channels]`; height and width multiples of `outputStride`. */
  readonly input: SymbolicTensor;
  /**
   * Makes the layer that follows each feature map. Its output goes on to the next stage and to the
   * decoder. The layers are named `encoder.iaff1`, `encoder.iaff2`, … by their stages; a stage without
   * a map has none.
   * @default none
   */
  readonly attention?: AttentionFactory | undefined;
  /** Stride of the deepest map; stages beyond it are dilated instead of strided. @default 32 */
  readonly outputStride?: OutputStride;
  /** @default 'smp' */
  readonly dilationStyle?: DilationStyle;
  /** How many feature maps to build, from the finest on. @default all */
  readonly depth?: number | undefined;
  /** Seed of the initial weights, an integer. @default 0 */
  readonly seed?: number;
  /** Prefix of all layer names, none where it is empty; or each one's name by its key. @default 'encoder' */
  readonly name?: string | ((key: string) => string);
}

/**
 * Builds an encoder onto `input` and returns its feature maps, finest first.
 *
 * @param encoder a name, or a specification of one's own
 * @throws RangeError for an unknown name, an output stride other than 8, 16 or 32, a depth that is no
 * positive integer or reaches no map, or an attention layer that changes the shape
 */
export function createEncoder(
  encoder: EncoderName | EncoderSpec,
  {
    input,
    attention,
    outputStride = 32,
    dilationStyle = 'smp',
    depth,
    seed = 0,
    name: prefix = 'encoder',
  }: EncoderOptions,
): Encoder {
  if (![8, 16, 32].includes(outputStride)) {
    throw new RangeError(
      `\`createEncoder\`: \`outputStride\` must be 8, 16 or 32, got ${outputStride}.`,
    );
  }
  if (dilationStyle !== 'smp' && dilationStyle !== 'torchvision') {
    throw new RangeError(
      `\`createEncoder\`: \`dilationStyle\` must be 'smp' or 'torchvision', got '${dilationStyle}'.`,
    );
  }
  if (depth !== undefined && !(Number.isInteger(depth) && depth > 0)) {
    throw new RangeError(`\`createEncoder\`: \`depth\` must be a positive integer, got ${depth}.`);
  }
  const name =
    typeof prefix === 'function'
      ? prefix
      : (key: string) => (prefix === '' ? key : `${prefix}.${key}`);
  const features: Feature[] = [];
  let x = input;
  let before = 1;
  for (const [i, { stride, build, tap }] of specOf(encoder).stages.slice(0, depth).entries()) {
    if (build === undefined) {
      features.push({ stride, channels: 0, tensor: makeInput({ shape: [null, null, 0] }) });
      continue;
    }
    const dilation = Math.max(1, stride / outputStride);
    const context: StageContext = {
      name,
      seed,
      strides: stride > outputStride ? 1 : stride / before,
      dilation,
      firstDilation: dilationStyle === 'smp' ? dilation : Math.max(1, before / outputStride),
    };
    x = build(x, context);
    if (attention !== undefined) x = attend(x, attention, name(`iaff${i + 1}`), seed);
    const tensor = tap === undefined ? x : tap(x, context);
    features.push({
      stride: Math.min(stride, outputStride),
      channels: tensor.shape.at(-1)!,
      tensor,
    });
    before = stride;
  }
  if (features.every(({ channels }) => channels === 0)) {
    throw new RangeError(
      `\`createEncoder\`: \`depth\` must reach a stage with a map, got ${depth}; the encoder has none of stride ${features.at(-1)?.stride}.`,
    );
  }
  return { features };
}

function specOf(encoder: EncoderName | EncoderSpec): EncoderSpec {
  if (typeof encoder !== 'string') return encoder;
  if (!Object.hasOwn(encoders, encoder)) {
    throw new RangeError(
      `\`createEncoder\`: there is no encoder '${encoder}'; there are ${Object.keys(encoders).join(', ')}.`,
    );
  }
  return encoders[encoder];
}

function attend(x: SymbolicTensor, attention: AttentionFactory, name: string, seed: number) {
  const layer = attention(x.shape.at(-1)!, deriveSeed(seed, name));
  layer.name = name;
  const y = layer.apply(x) as SymbolicTensor;
  if (y.shape.join() !== x.shape.join()) {
    throw new RangeError(
      `\`createEncoder\`: attention must keep the shape ${text(x.shape)}, but ${name} makes it ${text(y.shape)}.`,
    );
  }
  return y;
}

function text(shape: SymbolicTensor['shape']): string {
  return `[${shape.map((size) => size ?? 'any').join(', ')}]`;
}
