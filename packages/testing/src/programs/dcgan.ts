import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { numbers, type Program } from './program.ts';

const init = (seed: number) => initializers.randomNormal({ mean: 0, stddev: 0.05, seed });

function generator(): Sequential {
  return sequential({
    layers: [
      layers.dense({ inputShape: [16], units: 7 * 7 * 16, kernelInitializer: init(1) }),
      layers.reshape({ targetShape: [7, 7, 16] }),
      layers.batchNormalization(),
      layers.leakyReLU(),
      layers.conv2dTranspose({
        ...{ filters: 8, kernelSize: 5, strides: 2, padding: 'same' },
        kernelInitializer: init(2),
      }),
      layers.batchNormalization(),
      layers.leakyReLU(),
      layers.conv2dTranspose({
        ...{ filters: 1, kernelSize: 5, strides: 2, padding: 'same', activation: 'tanh' },
        kernelInitializer: init(3),
      }),
    ],
  });
}

function discriminator(): Sequential {
  const strided = { kernelSize: 5, strides: 2, padding: 'same' } as const;
  return sequential({
    layers: [
      layers.conv2d({
        ...{ ...strided, inputShape: [28, 28, 1], filters: 8 },
        kernelInitializer: init(4),
      }),
      layers.leakyReLU(),
      layers.conv2d({ ...strided, filters: 16, kernelInitializer: init(5) }),
      layers.leakyReLU(),
      layers.flatten(),
      layers.dense({ units: 1, kernelInitializer: init(6) }),
    ],
  });
}

/** Two networks against one another, each with its own Adam; the sum of both losses. */
export const dcgan: Program = async ({ steps, batch }) => {
  const [makes, judges] = [generator(), discriminator()];
  const [makerAdam, judgeAdam] = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
  const variables = (model: Sequential) =>
    model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const against = (target: 0 | 1, logits: tf.Tensor): tf.Scalar =>
    tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, target), logits) as tf.Scalar;
  const fake = (noise: tf.Tensor) => makes.apply(noise, { training: true }) as tf.Tensor;
  const judged = (images: tf.Tensor) => judges.apply(images, { training: true }) as tf.Tensor;
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const real = numbers(`real ${step}`, [batch, 28, 28, 1]);
    const noise = numbers(`noise ${step}`, [batch, 16]);
    const told = judgeAdam.minimize(
      () => tf.add(against(1, judged(real)), against(0, judged(fake(noise)))),
      ...([true, variables(judges)] as const),
    )!;
    const fooled = makerAdam.minimize(
      () => against(1, judged(fake(noise))),
      ...([true, variables(makes)] as const),
    )!;
    losses.push((await told.data())[0]! + (await fooled.data())[0]!);
    tf.dispose([real, noise, told, fooled]);
  }
  for (const one of [makes, judges, makerAdam, judgeAdam]) one.dispose();
  return losses;
};
