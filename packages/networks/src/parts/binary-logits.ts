import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BackgroundLogit } from '../layers/background-logit.ts';

/**
 * The logits of a network that computes one, of a class against the rest: for two classes the background's
 * is zero, so that the network has the same parameters and probabilities.
 *
 * @returns what makes the outputs of the single logit; the name is the layer's
 * @throws RangeError for more classes
 */
export function binaryLogits(
  network: string,
  classes: number,
): (logit: SymbolicTensor, name: string) => SymbolicTensor {
  if (classes !== 1 && classes !== 2) {
    throw new RangeError(
      `\`${network}\`: \`classes\` must be 2, the background and one class, or 1, its logit alone, got ${classes}; take another network for more classes.`,
    );
  }
  return (logit, name) =>
    classes === 1 ? logit : (new BackgroundLogit({ name }).apply(logit) as SymbolicTensor);
}
