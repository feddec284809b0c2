import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { labels, lossRecorder, type Program } from './program.ts';

const [letters, length] = [20, 12];

/** Says the next letter of a text, by a recurrent layer over one-hot letters. */
function nextLetter(kind: 'lstm' | 'gru'): Program {
  return async ({ steps, batch }) => {
    const init = (seed: number) => initializers.glorotUniform({ seed });
    const model = sequential({
      layers: [
        layers[kind]({
          ...{ inputShape: [length, letters], units: 32 },
          ...{ kernelInitializer: init(1), recurrentInitializer: init(2) },
        } as never),
        layers.dense({ units: letters, activation: 'softmax', kernelInitializer: init(3) }),
      ],
    });
    model.compile({ optimizer: tf.train.rmsprop(0.01), loss: 'categoricalCrossentropy' });
    const count = steps * batch;
    const [x, y] = tf.tidy(() => [
      tf.cast(tf.oneHot(labels('text', [count, length], letters), letters), 'float32'),
      tf.cast(tf.oneHot(labels('next', [count], letters), letters), 'float32'),
    ]);
    const { losses, callbacks } = lossRecorder();
    const some = { shuffle: false, verbose: 0, callbacks: callbacks as never } as const;
    await model.fit(x, y, { epochs: 1, batchSize: batch, ...some });
    model.dispose();
    tf.dispose([x, y]);
    return losses;
  };
}

export const lstm: Program = nextLetter('lstm');
export const gru: Program = nextLetter('gru');
