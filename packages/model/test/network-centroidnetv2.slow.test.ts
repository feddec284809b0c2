import { readFileSync } from 'node:fs';
import {
  describeBackends,
  nchwValues,
  recipeStateDict,
  saveAndLoad,
  signedNchw,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  createModel,
  loadTorchWeights,
  modelStatistics,
  predictionNetwork,
  withoutInitialValues,
} from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

// Reference numbers of the authors' PyTorch code in float64; the recipe of weights and images is inside.
const reference = JSON.parse(
  readFileSync(new URL('./fixtures/centroidnetv2.json', import.meta.url), 'utf8'),
);
const options = { network: 'centroidnetv2', classes: 2, inputShape: [null, null, 3] } as const;
const make = () => withoutInitialValues(() => createModel(options));
const shapesOf = (model: LayersModel) =>
  Object.fromEntries(torchParameters(model).map(({ key, shape }) => [key, shape]));

describeBackends('CentroidNetV2', () => {
  test('golden: keys and shapes, parameters and multiply-adds', () => {
    const model = make();
    expect(shapesOf(model)).toEqual(Object.fromEntries(reference.state_dict));
    expect(modelStatistics(model, { size: [480, 480] })).toMatchObject({
      parameters: reference.params,
      multiplyAdds: reference.conv_macs_480,
      uncounted: [],
    });
    model.dispose();
  });

  test('golden: vectors and logits, of an image of odd sides too', async () => {
    const model = make();
    loadTorchWeights(model, recipeStateDict(shapesOf(model)));
    for (const { input, shape, mean, std, samples } of reference.eval) {
      const x = signedNchw('input', input);
      const [logits, vectors] = model.predict(x) as [tf.Tensor4D, tf.Tensor4D];
      expect([logits.shape[3], vectors.shape[3]]).toEqual([2, 4]);
      const all = tf.concat([vectors, logits], 3) as tf.Tensor4D;
      const values = await nchwValues(all);
      const [, channels, height, width] = shape;
      const at = ([b, c, row, column]: number[]) =>
        values[((b! * channels + c!) * height + row!) * width + column!]!;
      const tolerance = { rtol: 0, atol: 1e-4 * std };
      expect(samples.map(at)).toBeAllclose(
        samples.map((sample: number[]) => sample[4]),
        tolerance,
      );
      expect([values.reduce((a, v) => a + v, 0) / values.length]).toBeAllclose([mean], tolerance);
      tf.dispose([x, logits, vectors, all]);
    }
    model.dispose();
  });
}, ['wasm', 'ort']);

describeBackends('CentroidNetV2 of one’s own', () => {
  test('saved and loaded gives the same, of an image smaller than its deepest map’s step too', async () => {
    const model = createModel({ ...options, classes: 3, seed: 2 });
    const loaded = await saveAndLoad(model);
    const x = signedNchw('input', [1, 3, 11, 37]);
    const run = (one: LayersModel) => predictionNetwork(one).predict(x) as tf.Tensor4D;
    const [a, b] = [run(model), run(loaded)];
    expect(a.shape).toEqual([1, 11, 37, 3]);
    expect(await b.data()).toBeAllclose(await a.data(), { rtol: 0, atol: 1e-6 });
    tf.dispose([x, a, b]);
    model.dispose();
    loaded.dispose();
  });
}, ['wasm']);
