import { useBackend } from '@sts-net/backend';
import { createNetwork, type NetworkName } from '@sts-net/networks';
import { signed } from '@sts-net/testing';
import { exportOnnx } from '@sts-net/tfjs-backend-ort';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { predictionNetwork, withoutInitialValues } from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

/** What the file's height and width are multiples of; 0 for networks of one size. */
const networks: readonly (readonly [NetworkName, multipleOf: number])[] = [
  ['caranet', 32],
  ['deeplabv3-afma', 80],
  ['um-net', 64],
  ['i2u-net-m', 0],
  ['msgse-net-like', 32],
];

test.each(networks)(
  'round trip: %s as an ONNX file gives its logits, for any batch and size that it may have',
  async (name, multipleOf) => {
    await useBackend('ort');
    const network = createNetwork(name, { inputShape: [null, null, 3] });
    // What starts at zero would hide what it weighs.
    for (const { weight } of torchParameters(network)) {
      if (weight.shape.length > 1 || !weight.trainable) continue;
      const change = signed(weight.originalName, weight.shape[0]!).map((value) => value / 5);
      tf.tidy(() => {
        weight.write(tf.add(weight.read(), tf.tensor1d(change)));
      });
    }
    const prediction = predictionNetwork(network);
    const sides = ['height', 'width'].map((side) => ({ name: side, multipleOf }));
    const file = await exportOnnx(
      (image) => ({ logits: prediction.apply(image, { training: false }) as tf.Tensor }),
      [{ name: 'image', shape: [null, ...(multipleOf > 0 ? sides : [128, 160]), 3] }],
    );
    const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
    const sizes = multipleOf > 0 ? [multipleOf * 2, multipleOf * 3 - 5] : [128, 160];
    for (const [batch, height, width] of [
      [1, ...sizes],
      [2, ...sizes.toReversed()],
    ].slice(0, multipleOf > 0 ? 2 : 1) as [number, number, number][]) {
      const images = signed(name, batch * height * width * 3);
      const { logits } = await session.run({
        image: new Tensor('float32', images, [batch, height, width, 3]),
      });
      const expected = prediction.predict(
        tf.tensor4d(images, [batch, height, width, 3]),
      ) as tf.Tensor;
      expect(logits!.dims).toEqual(expected.shape);
      const values = await expected.data<'float32'>();
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(logits!.data as Float32Array).toBeAllclose(values, { rtol: 0, atol: 1e-5 * largest });
    }
    network.dispose();
  },
);

test('a network that pools to sizes of its own is refused for images of any size', async () => {
  await useBackend('ort');
  const make = () => createNetwork('i2u-net-m', { inputShape: [null, null, 3] });
  const network = withoutInitialValues(make);
  const sides = ['height', 'width'].map((side) => ({ name: side, multipleOf: 128 }));
  const file = exportOnnx(
    (image) => ({ logits: network.apply(image, { training: false }) as tf.Tensor }),
    [{ name: 'image', shape: [null, ...sides, 3] }],
  );
  await expect(file).rejects.toThrow(/depends on .*height.*export with fixed sizes/);
  network.dispose();
});
