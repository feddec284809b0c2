import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss of a model's outputs: of the only one, or the weighted sum of the losses of several, each
 * held against the same truth. The first is the prediction, the others are auxiliary; what has no
 * weight is not computed.
 *
 * @throws RangeError unless there is a weight for each output and one is above 0
 */
export function outputLoss(
  loss: (logits: tf.Tensor4D, output: number) => tf.Scalar,
  outputs: tf.Tensor4D | readonly tf.Tensor4D[],
  weights?: readonly number[],
): tf.Scalar {
  const all = Array.isArray(outputs)
    ? (outputs as readonly tf.Tensor4D[])
    : [outputs as tf.Tensor4D];
  const shares = weights ?? usualWeights(all.length);
  if (shares.length !== all.length || !shares.some((share) => share > 0)) {
    throw new RangeError(
      `training: \`outputWeights\` must have a number for each of the model's outputs, ${all.length}, one of them above 0, got [${shares.join(', ')}]`,
    );
  }
  const weighted = all.flatMap((logits, i) => {
    const share = shares[i]!;
    if (share === 0) return [];
    const own = loss(logits, i);
    return [share === 1 ? own : (tf.mul(own, share) as tf.Scalar)];
  });
  return weighted.length === 1 ? weighted[0]! : (tf.addN(weighted) as tf.Scalar);
}

/** Halved from output to output, 1 in all, as nnU-Net weighs its levels. */
function usualWeights(count: number): readonly number[] {
  const halves = Array.from({ length: count }, (_, i) => 2 ** -i);
  const total = halves.reduce((a, b) => a + b);
  return halves.map((weight) => weight / total);
}
