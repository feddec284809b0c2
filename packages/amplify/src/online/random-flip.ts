import { flipHorizontal, flipVertical } from '../operations/flip.ts';
import { checkShare, type Transform } from './transform.ts';

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
  checkShare('randomFlip', 'horizontal', horizontal);
  checkShare('randomFlip', 'vertical', vertical);
  return (sample, random) => {
    const isHorizontal = random() < horizontal;
    const isVertical = random() < vertical;
    const flipped = isHorizontal ? flipHorizontal(sample) : sample;
    return isVertical ? flipVertical(flipped) : flipped;
  };
}
