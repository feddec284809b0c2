import type { DecoderSpec } from './decoder-spec.ts';

/** What {@link decoderWithMaps} makes a decoder of. */
type WithMaps = Omit<DecoderSpec, 'build' | 'decode'> & Required<Pick<DecoderSpec, 'decode'>>;

/** A decoder that can be supervised on the way to its logits. */
export function decoderWithMaps(spec: WithMaps): DecoderSpec {
  return { ...spec, build: (features, context) => spec.decode(features, context).logits };
}
