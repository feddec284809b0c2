import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderContext, DecoderSpec, Feature } from './contract/decoder-spec.ts';
import { type DecoderName, decoders } from './decoders.ts';
import { segmentationHead } from './parts/segmentation-head.ts';

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
 * @throws RangeError for an unknown name, features out of order, a map that the decoder needs and the
 * encoder does not have, or an impossible option
 */
export function createDecoder(
  decoder: DecoderName | DecoderSpec,
  features: readonly Feature[],
  options: DecoderOptions,
): SymbolicTensor {
  requireMaps(decoder, features);
  return specOf(decoder).build(features, contextOf(features, options));
}

/**
 * Builds a decoder with deep supervision: beside its logits those of a 1×1 convolution on each map on
 * the way to them, resized bilinearly with aligned corners. All are `[batch, height, width, classes]`
 * with the image's height and width, so that each can be held against the whole truth: a lesion of a
 * few pixels would vanish from a truth made coarser.
 *
 * Sources: Lee et al., AISTATS 2015; UNet++: Zhou et al., DLMIA 2018.
 *
 * @param decoder a name, or a specification of one's own
 * @param features feature maps, finest first, strides never falling
 * @returns the decoder's logits, then those of its maps, the nearest to the logits first
 * @throws RangeError as `createDecoder`, and for a decoder that has no maps on the way
 */
export function createSupervisedDecoder(
  decoder: DecoderName | DecoderSpec,
  features: readonly Feature[],
  options: DecoderOptions,
): readonly SymbolicTensor[] {
  requireMaps(decoder, features);
  const context = contextOf(features, options);
  const { classes, seed } = context;
  const { logits, maps } = specOf(decoder).decode?.(features, context) ?? { maps: [] };
  if (logits === undefined || maps.length === 0) {
    throw new RangeError(
      `\`createSupervisedDecoder\`: the decoder must have maps on the way to its logits, but has none on ${features.length} feature maps; ${supervisedDecoders.join(', ')} have them on three or more.`,
    );
  }
  return [
    logits,
    ...maps.map(({ tensor, stride: scale }, i) => {
      const name = `deep_supervision.${i}.0`;
      return segmentationHead(tensor, {
        name,
        classes,
        kernelSize: 1,
        scale,
        start: 'torch',
        seed,
      });
    }),
  ];
}

/** The decoders known by name that `createSupervisedDecoder` takes. */
export const supervisedDecoders: readonly DecoderName[] = Object.entries(decoders).flatMap(
  ([name, { decode }]) => (decode === undefined ? [] : [name as DecoderName]),
);

function contextOf(
  features: readonly Feature[],
  { classes, dropout, seed = 0 }: DecoderOptions,
): DecoderContext {
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
  return { classes, dropout, seed };
}

/** @throws RangeError where there is no map of a stride and the decoder cannot do without */
function requireMaps(decoder: DecoderName | DecoderSpec, features: readonly Feature[]): void {
  const empty = features.find(({ channels }) => channels === 0);
  if (empty === undefined || !specOf(decoder).needsEveryMap) return;
  const name = typeof decoder === 'string' ? `'${decoder}'` : 'the decoder';
  throw new RangeError(
    `\`createDecoder\`: ${name} needs a map of every stride, but the encoder has none of stride ${empty.stride}; use another encoder, or a decoder that does without, such as unet or fpn.`,
  );
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
