import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { accuracyOf, classifier, piecesOf, savedAndLoaded, train } from '../esca-classifier.mjs';

const data = fileURLToPath(new URL('../../../packages/sts-net/data/open_ms', import.meta.url));
const pieces = (patient: string, most: number) =>
  piecesOf(`${data}/${patient}_FLAIR.nii.gz`, `${data}/${patient}_GOLD.nii.gz`, most);

test('learns of one patient what lesions look like in another, and is the same when it is loaded', async () => {
  await tf.setBackend('cpu');
  const training = await pieces('patient07', 400);
  const others = await pieces('patient26', 400);
  expect((await tf.mean(others.labels).data())[0]).toBe(0.5);
  const model = classifier();
  await train(model, training);
  const accuracy = await accuracyOf(model, others);
  expect(accuracy).toBeGreaterThan(0.75);
  const loaded = await savedAndLoaded(model);
  expect(await accuracyOf(loaded, others)).toBe(accuracy);
  expect(loaded.layers.map((layer: { getClassName(): string }) => layer.getClassName())).toContain(
    'StsESCA',
  );
}, 900_000);
