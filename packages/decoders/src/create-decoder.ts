import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec, Feature } from './contract/decoder-spec.ts';
import { type DecoderName, decoders } from './decoders.ts';

/** Options of {@link createDecoder}. */
export interface DecoderOptions {
  /** Number of classes, background included; a positive integer. */
  readonly classes: number;
  /** Dropout rate in [0, 1), for decoders that have dropout. @default the decoder's own */
  readonly dropout?: number | undefined;
  /** Seed of the initial weights and of dropout, an integer. @default 0 */
  readonly seed?: number;
}

/**
 * Builds a decoder onto feature maps and returns its logits, `[batch, height, width, classes]`,
 * with the image's height and width. There is no softmax.
 *
 * @param decoder a name, or a specification of one's own
 * @param features feature maps, finest first, strides never falling
 * @throws RangeError for an unknown name, features out of order or an impossible option
 */
export function createDecoder(
  decoder: DecoderName | DecoderSpec,
  features: readonly Feature[],
  { classes, dropout, seed = 0 }: DecoderOptions,
): SymbolicTensor {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(
      `\`createDecoder\`: \`classes\` must be a positive integer, got ${classes}.`,
    );
  }
  if (dropout !== undefined && !(dropout >= 0 && dropout < 1)) {
    throw new RangeError(
      `\`createDecoder\`: \`dropout\` must be at least 0 and less than 1, got ${dropout}.`,
    );
  }
  const strides = features.map(({ stride }) => stride);
  if (strides.length === 0 || strides.some((stride, i) => stride < (strides[i - 1] ?? 1))) {
    throw new RangeError(
      `\`createDecoder\`: features must be there, finest first; got strides [${strides.join(', ')}].`,
    );
  }
  return specOf(decoder).build(features, { classes, dropout, seed });
}

function specOf(decoder: DecoderName | DecoderSpec): DecoderSpec {
  if (typeof decoder !== 'string') return decoder;
  if (!Object.hasOwn(decoders, decoder)) {
    throw new RangeError(
      `\`createDecoder\`: there is no decoder '${decoder}'; there are ${Object.keys(decoders).join(', ')}.`,
    );
  }
  return decoders[decoder];
}
