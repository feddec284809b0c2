import { type EncoderName, type EncoderSpec, encoders } from '@sts-net/backbones';
import { type DecoderName, type DecoderSpec, decoders } from '@sts-net/decoders';

/**
 * The stride of a map that the decoder needs and the encoder does not have, or nothing where the two are a
 * pair: a mix transformer has no map of stride 2, which UNet++ and LinkNet need.
 */
export function missingStride(
  encoder: EncoderName | EncoderSpec,
  decoder: DecoderName | DecoderSpec,
): number | undefined {
  const { stages } = typeof encoder === 'string' ? encoders[encoder] : encoder;
  const { needsEveryMap, depth } = typeof decoder === 'string' ? decoders[decoder] : decoder;
  if (!needsEveryMap) return undefined;
  return stages.slice(0, depth).find(({ build }) => build === undefined)?.stride;
}
