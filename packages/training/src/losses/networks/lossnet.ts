import { resizeBilinear } from '@sts-net/layers-core';
import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '../contract/loss.ts';

/** The convolutions of VGG16 up to `relu4_3`, block by block; the first of a later block follows a pooling. */
const blocks = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
] as const;
const channels = [64, 128, 256, 512] as const;
/** Of ImageNet, on which the weights are trained. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];
/** Rows and columns that images are brought to. */
const side = 224;

/** Weights of a convolution, `[rows, columns, in, out]`, and its biases. */
interface Convolution {
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/**
 * LossNet: how far the features that VGG16 sees in the prediction are from those that it sees in the truth, the mean
 * squared difference of each of four depths, added up (Zhao et al., arXiv 2303.10894, equation 5). M²SNet is trained
 * with it beside the structure loss, a tenth of it:
 * `[{ name: 'structure', entropy: 'plain' }, { name: lossNet(weights), weight: 0.1 }]`.
 *
 * Probabilities of each class but the background are taken as grey images; of several classes the mean counts.
 *
 * @param weights of VGG16 trained on ImageNet, in PyTorch's layout and by torchvision's keys (`features.0.weight`, …),
 *   as `readTorchCheckpoint` reads them from `vgg16-397923af.pth`, or by the keys of the authors' LossNet
 *   (`blocks.0.0.weight`, …). They are copied to the engine that is in use, and stay there.
 * @throws RangeError naming a weight that is missing or has another shape
 */
export function lossNet(weights: ReadonlyMap<string, StoredTensor>): Loss {
  const network = blocks.map((indices, block) =>
    indices.map((index, i) => {
      const out = channels[block]!;
      const into = i > 0 ? out : (channels[block - 1] ?? 3);
      return convolutionOf(weights, block, index, [out, into, 3, 3]);
    }),
  );
  return (labels, logits) => {
    const [count, height, width, classes] = logits.shape;
    const shown = classes - 1;
    const images = (of: tf.Tensor4D): tf.Tensor4D => {
      const foreground = tf.slice(of, [0, 0, 0, 1], [count, height, width, shown]);
      const one = tf.reshape(tf.transpose(foreground, [3, 0, 1, 2]), [
        shown * count,
        ...([height, width, 1] as const),
      ]);
      const normalised = tf.div(tf.sub(tf.tile(one, [1, 1, 1, 3]), mean), deviation);
      return resizeBilinear(normalised as tf.Tensor4D, [side, side], { halfPixelCenters: true });
    };
    // Where nothing counts, prediction and truth are both 0.
    const counted = tf.sum(labels, 3, true);
    let seen = images(tf.mul(tf.softmax(logits), counted) as tf.Tensor4D);
    let wanted = images(labels);
    const distances = network.map((convolutions, block) => {
      [seen, wanted] = [seen, wanted].map((x) => through(x, convolutions, block > 0)) as [
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      return tf.mean(tf.squaredDifference(seen, wanted));
    });
    return tf.addN(distances) as tf.Scalar;
  };
}

function through(
  x: tf.Tensor4D,
  convolutions: readonly Convolution[],
  isPooled: boolean,
): tf.Tensor4D {
  return convolutions.reduce(
    (y, { filter, bias }) => tf.relu(tf.add(tf.conv2d(y, filter, 1, 'same'), bias)),
    isPooled ? tf.maxPool(x, 2, 2, 'valid') : x,
  );
}

function convolutionOf(
  weights: ReadonlyMap<string, StoredTensor>,
  block: number,
  index: number,
  shape: readonly [number, number, number, number],
): Convolution {
  const find = (leaf: string, wanted: readonly number[]): Float32Array => {
    const key = `features.${index}.${leaf}`;
    const tensor = weights.get(key) ?? weights.get(`blocks.${block}.${index}.${leaf}`);
    if (tensor !== undefined && tensor.shape.join() === wanted.join()) return tensor.data;
    throw new RangeError(
      `\`lossNet\`: weights must hold '${key}' of VGG16, [${wanted.join(', ')}], got ${tensor === undefined ? 'none' : `[${tensor.shape.join(', ')}]`}; torchvision's vgg16-397923af.pth has it.`,
    );
  };
  const kernel = find('weight', shape);
  const biases = find('bias', [shape[0]]);
  return tf.tidy(() => ({
    filter: tf.keep(tf.transpose(tf.tensor4d(kernel, [...shape]), [2, 3, 1, 0])),
    bias: tf.keep(tf.tensor1d(biases)),
  }));
}
