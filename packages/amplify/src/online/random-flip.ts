import { flipHorizontal, flipVertical } from '../operations/flip.ts';
import type { Transform } from './transform.ts';

export interface RandomFlipOptions {
  /** How often left and right are exchanged. @default 0.5 */
  readonly horizontal?: number;
  /** How often top and bottom are exchanged. @default 0.5 */
  readonly vertical?: number;
}

/**
 * Mirrors samples. The result is a view.
 * @throws {RangeError} if a probability is not from 0 to 1
 */
export function randomFlip(options: RandomFlipOptions = {}): Transform {
  const { horizontal = 0.5, vertical = 0.5 } = options;
  for (const [option, probability] of Object.entries({ horizontal, vertical })) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`\`randomFlip\`: \`${option}\` must be from 0 to 1, got ${probability}`);
    }
  }
  return (sample, random) => {
    const isHorizontal = random() < horizontal;
    const isVertical = random() < vertical;
    const flipped = isHorizontal ? flipHorizontal(sample) : sample;
    return isVertical ? flipVertical(flipped) : flipped;
  };
}
