import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
  layers,
  loadLayersModel,
  model as modelOf,
  type Sequential,
  sequential,
} from '@tensorflow/tfjs-layers';
import { labels, lossRecorder, numbers, type Program } from './program.ts';

const init = (seed: number) => initializers.heNormal({ seed });

/** Classifies images of digits' size. */
function network(): Sequential {
  return sequential({
    layers: [
      layers.conv2d({
        ...{ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, activation: 'relu' },
        kernelInitializer: init(1),
      }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', kernelInitializer: init(2) }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.flatten(),
      layers.dropout({ rate: 0.25, seed: 3 }),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: init(4) }),
    ],
  });
}

/** `model.fit` on images, with a validation set and Adam. */
export const convnet: Program = async ({ steps, batch }) => {
  const model = network();
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const count = batch * Math.ceil(steps / 2);
  const x = numbers('digits', [count, 28, 28, 1]);
  const y = tf.tidy(() => tf.oneHot(labels('digits', [count], 10), 10));
  const { losses, callbacks } = lossRecorder();
  const some = { shuffle: false, verbose: 0, callbacks: callbacks as never } as const;
  await model.fit(x, y, { epochs: 2, batchSize: batch, ...some, validationData: [x, y] });
  model.dispose();
  tf.dispose([x, y]);
  return losses.slice(0, steps);
};

/** A network that was saved; all but its last layers are frozen and a new head is trained. */
export const transfer: Program = async ({ steps, batch }) => {
  const base = network();
  let saved: tf.io.ModelArtifacts | undefined;
  await base.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  base.dispose();
  const loaded = await loadLayersModel(tf.io.fromMemory(saved!));
  for (const layer of loaded.layers) layer.trainable = false;
  const features = loaded.layers.at(-3)!.output;
  const model = modelOf({
    inputs: loaded.inputs,
    outputs: layers
      .dense({ units: 3, activation: 'softmax', kernelInitializer: init(9), name: 'head' })
      .apply(features as never) as never,
  });
  model.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy' });
  const x = numbers('others', [batch, 28, 28, 1]);
  const y = tf.tidy(() => tf.oneHot(labels('others', [batch], 3), 3));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(x, y)) as number);
  model.dispose();
  tf.dispose([x, y]);
  return losses;
};
