// Which pieces of a slice show a lesion? A classifier of plain TensorFlow.js with ESCA in it:
// node esca-classifier.mjs IMAGE MASK TEST-IMAGE TEST-MASK; see README.md.
import { pathToFileURL } from 'node:url';
import { esca } from '@sts-net/layers-esca';
import { readVolume } from '@sts-net/volume-io';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';

const side = 16;

/** Pieces of 16 × 16 pixels, as many with a lesion in the middle as without any. */
export async function piecesOf(imagePath, maskPath, most = 400) {
  const [image, mask] = [await readVolume(imagePath), await readVolume(maskPath)];
  const [slices, rows, columns] = image.voxels.shape;
  // Scanners differ in how bright all is.
  const shown = image.voxels.data.filter((value) => value > 0);
  const mean = shown.reduce((sum, value) => sum + value, 0) / shown.length;
  const kinds = { lesion: [], none: [] };
  for (let k = 0; k < slices; k++) {
    for (let j = 0; j + side <= rows; j += 4) {
      for (let i = 0; i + side <= columns; i += 4) {
        const piece = image.voxels.pick(k).lo(j, i).hi(side, side);
        const marked = mask.voxels.pick(k).lo(j, i).hi(side, side);
        const values = valuesOf(piece);
        // Air has nothing to say.
        if (values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) < 200) continue;
        const labels = valuesOf(marked);
        const isMiddle = labels[(side / 2) * side + side / 2] > 0;
        const kind = isMiddle ? 'lesion' : labels.some((label) => label > 0) ? undefined : 'none';
        if (kind !== undefined) kinds[kind].push(values.map((value) => value / mean - 1));
      }
    }
  }
  const count = Math.min(most / 2, kinds.lesion.length, kinds.none.length);
  const evenly = (all) =>
    Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)]);
  const [lesion, none] = [evenly(kinds.lesion), evenly(kinds.none)];
  const pieces = lesion.flatMap((piece, n) => [piece, none[n]]);
  return {
    images: tf.tensor4d(pieces.flat(), [2 * count, side, side, 1]),
    labels: tf.tensor1d(pieces.map((_, n) => (n % 2 === 0 ? 1 : 0))),
  };
}

function valuesOf(piece) {
  return Array.from({ length: side * side }, (_, n) => piece.get(Math.floor(n / side), n % side));
}

/** An ordinary model, in which one layer is ESCA. */
export function classifier() {
  // The same numbers each time.
  const kernelInitializer = initializers.heUniform({ seed: 1 });
  const convolution = (filters, more) =>
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer,
      ...more,
    });
  const model = sequential({
    layers: [
      convolution(16, { inputShape: [side, side, 1], strides: 2 }),
      convolution(32, { strides: 2 }),
      esca(),
      layers.globalMaxPooling2d({}),
      layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.005),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

/** In the order of the pieces, so that the numbers are the same each time. */
export async function train(model, { images, labels }) {
  await model.fit(images, labels, { epochs: 15, batchSize: 32, verbose: 0, shuffle: false });
}

export async function accuracyOf(model, { images, labels }) {
  const right = tf.tidy(() =>
    tf.mean(
      tf.cast(
        tf.equal(tf.greater(tf.squeeze(model.predict(images)), 0.5), tf.cast(labels, 'bool')),
        'float32',
      ),
    ),
  );
  const [accuracy] = await right.data();
  right.dispose();
  return accuracy;
}

/** The model as it is after it was saved and loaded; ESCA is known by being imported. */
export async function savedAndLoaded(model) {
  let saved;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return loadLayersModel(tf.io.fromMemory(saved));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [image, mask, testImage, testMask] = process.argv.slice(2);
  const training = await piecesOf(image, mask);
  const test = await piecesOf(testImage, testMask);
  const model = classifier();
  await train(model, training);
  console.log(
    `of ${test.labels.size} pieces of another patient right: ${(await accuracyOf(model, test)).toFixed(3)}`,
  );
  console.log(
    `the same, saved and loaded: ${(await accuracyOf(await savedAndLoaded(model), test)).toFixed(3)}`,
  );
}
