import { type EncoderName, encoders } from '@sts-net/backbones';
import { type DecoderName, decoders } from '@sts-net/decoders';
import { type AttentionName, attentionNames } from '@sts-net/model';

/** The encoders by name. */
export const encoderNames: readonly EncoderName[] = Object.keys(encoders) as EncoderName[];

/** The decoders by name. */
export const decoderNames: readonly DecoderName[] = Object.keys(decoders) as DecoderName[];

/** The attention layers by name. */
export const attentions: readonly AttentionName[] = attentionNames;

/**
 * An image's size from `480` or `480x320` (rows, columns).
 *
 * @throws RangeError for anything else
 */
export function imageSize(text: string): readonly [number, number] {
  const match = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text);
  if (match === null) {
    throw new RangeError(`--size must be pixels, 480 or 480x320 (rows, columns), got '${text}'`);
  }
  const rows = Number(match[1]);
  return [rows, match[2] === undefined ? rows : Number(match[2])];
}
