import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { buildModel } from '@sts-net/experiment';
import type { Predictor } from '@sts-net/inference';
import type { PadToMultiple } from '@sts-net/layers-core';
import { predictorOf } from '@sts-net/model';
import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { createModel, exportModel, loadOnnx } from '../../src/index.ts';
import { describeModel } from '../../src/runs/model-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sts-net-onnx-'));
const path = join(folder, 'model.onnx');
const config = validateConfig({
  model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
  data: { cases: [{ id: 'a', group: 'a', image: 'a.nii', mask: 'b.nii' }] },
  training: { steps: 1 },
  output: 'run',
});
const description = describeModel(config, { name: 'window', low: -100, high: 240 }, undefined);
let original: Predictor;

beforeAll(async () => {
  await useBackend('ort');
  const model = buildModel(config);
  original = predictorOf(model);
  writeFileSync(path, await exportModel({ model, ...description }, { size: [64, 96] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('round trip: the file gives the network’s probabilities, for any batch, and says what it is', async () => {
  const loaded = await loadOnnx(path);
  expect(loaded).toMatchObject(JSON.parse(JSON.stringify(description)));
  // Nothing of the data: no case, no path.
  expect(readFileSync(path, 'latin1')).not.toMatch(/a\.nii|"cases"/);
  for (const batch of [1, 3]) {
    const shape = [batch, 64, 96, 3] as const;
    const images = signed(`onnx ${batch}`, batch * 64 * 96 * 3);
    const probabilities = await loaded.predictor.predict(images, shape);
    const expected = await original.predict(images, shape);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
    // Constant folding moves logits by rounding.
    expect(probabilities).toBeAllclose(expected, { rtol: 0, atol: 1e-6 });
  }
});

test.each([
  ['mobilenet_v2', 'unet', 'srm'],
  ['mobilenet_v2', 'pan', 'none'],
  ['mobilenet_v2', 'pspnet', 'none'],
  ['mit_b0', 'segformer', 'se'],
  ['mit_b0', 'upernet', 'none'],
] as const)(
  'a file for any size gives the logits of the image padded to the multiple: %s, %s, %s',
  async (encoder, decoder, attention) => {
    const model = createModel({
      encoder,
      decoder,
      attention,
      classes: 2,
      inputShape: [null, null, 3],
    });
    const file = await exportModel({ model, ...description }, { size: null });
    const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
    const { minimum } = model.getLayer('pad') as PadToMultiple;
    for (const [batch, height, width] of [
      [1, 97, 131],
      [2, 64, 40],
    ] as const) {
      const images = signed(`any ${height}`, batch * height * width * 3);
      const { logits } = await session.run({
        image: new Tensor('float32', images, [batch, height, width, 3]),
      });
      const expected = tf.tidy(() => {
        const up = (size: number) =>
          [0, Math.ceil(size / minimum) * minimum - size] as [number, number];
        const image = tf.tensor4d(images, [batch, height, width, 3]);
        const padded = tf.pad(image, [[0, 0], up(height), up(width), [0, 0]]);
        const full = model.apply(padded, { training: false }) as tf.Tensor4D;
        return tf.slice(full, [0, 0, 0, 0], [batch, height, width, 2]);
      });
      expect(logits!.dims).toEqual([batch, height, width, 2]);
      const wanted = Array.from(await expected.data());
      const mean = wanted.reduce((sum, one) => sum + one, 0) / wanted.length;
      const deviation = Math.hypot(...wanted.map((one) => one - mean)) / Math.sqrt(wanted.length);
      expect(Array.from(logits!.data as Float32Array)).toBeAllclose(wanted, {
        rtol: 0,
        atol: 1e-4 * deviation,
      });
      expected.dispose();
    }
    model.dispose();
  },
);

test('predicts images of any size from a file for any size', async () => {
  const model = buildModel(config);
  const any = join(folder, 'any.onnx');
  writeFileSync(any, await exportModel({ model, ...description }, { size: null }));
  const { predictor } = await loadOnnx(any);
  const images = signed('onnx any', 70 * 41 * 3);
  const probabilities = await predictor.predict(images, [1, 70, 41, 3]);
  const expected = await predictorOf(model).predict(images, [1, 70, 41, 3]);
  expect(probabilities).toBeAllclose(expected, { rtol: 0, atol: 1e-4 });
});

test('smaller images are padded, larger ones refused', async () => {
  const { predictor } = await loadOnnx(path);
  const images = signed('onnx small', 40 * 50 * 3);
  expect(await predictor.predict(images, [1, 40, 50, 3])).toHaveLength(40 * 50 * 2);
  await expect(predictor.predict(new Float32Array(65 * 3), [1, 65, 1, 3])).rejects.toThrow(
    /model.onnx' takes images of at most 64 × 96, got 65 × 1; .*`size`/,
  );
});

test('what is no such file is refused by name', async () => {
  const junk = join(folder, 'junk.onnx');
  writeFileSync(junk, 'junk');
  await expect(loadOnnx(junk)).rejects.toThrow(
    /junk.onnx' must be an ONNX file that .* export it again/,
  );
  await expect(loadOnnx(join(folder, 'none.onnx'))).rejects.toThrow(/does not exist/);
});

test('impossible sizes are refused', async () => {
  const model = buildModel(config);
  await expect(exportModel({ model, ...description }, { size: [0, 4] })).rejects.toThrow(
    /positive integers/,
  );
});
