import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { signed } from '@sts-net/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportModel, loadOnnx, validateConfig } from '../../src/index.ts';
import { buildModel } from '../../src/inference/build-model.ts';
import { type Classifier, classifierOf } from '../../src/inference/classifier.ts';
import { fitImages } from '../../src/onnx/fit-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'sts-net-onnx-'));
const path = join(folder, 'model.onnx');
const config = validateConfig({
  model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
  data: { cases: [{ id: 'a', group: 'a', image: 'a.nii', mask: 'b.nii' }] },
  training: { steps: 1 },
  output: 'run',
});
let original: Classifier;

beforeAll(async () => {
  await useBackend('ort');
  const model = buildModel(config);
  original = classifierOf(model);
  writeFileSync(path, await exportModel({ model, config }, { size: [64, 96] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('round trip: the file classifies as the network does, for any batch, and keeps the config', async () => {
  const loaded = await loadOnnx(path);
  expect(loaded.config).toEqual(config);
  for (const batch of [1, 3]) {
    const shape = [batch, 64, 96, 3] as const;
    const images = signed(`onnx ${batch}`, batch * 64 * 96 * 3);
    const labels = await loaded.classify(images, shape);
    const expected = await original(images, shape);
    expect(new Set(expected).size).toBe(2);
    const different = labels.reduce((n, label, i) => n + (label === expected[i] ? 0 : 1), 0);
    // Constant folding moves logits by rounding, which can only flip pixels on the boundary.
    expect(different / labels.length).toBeLessThan(1e-3);
  }
});

test('smaller images are padded, larger ones refused', async () => {
  const { classify } = await loadOnnx(path);
  const images = signed('onnx small', 40 * 50 * 3);
  expect(await classify(images, [1, 40, 50, 3])).toHaveLength(40 * 50);
  await expect(classify(new Float32Array(65 * 3), [1, 65, 1, 3])).rejects.toThrow(
    /model.onnx' takes images of at most 64 × 96, got 65 × 1; .*--size/,
  );
});

test('derived by hand: images in the corner of zeros, labels by the largest logit', () => {
  const { images, shape, labels } = fitImages(
    Float32Array.of(1, 2, 3, 4),
    [1, 2, 2, 1],
    [2, 2, 3],
    'file',
  );
  expect(shape).toEqual([2, 2, 3, 1]);
  expect([...images]).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0]);
  const logits = new Float32Array(2 * 2 * 3 * 2);
  logits[1] = 1; // row 0, column 0, class 1
  logits[(3 + 1) * 2 + 1] = 1; // row 1, column 1, class 1
  logits[2 * 2 + 1] = 9; // row 0, column 2: beyond the image
  expect([...labels(logits, 2)]).toEqual([1, 0, 0, 1]);
  expect(() => fitImages(images, [3, 1, 1, 1], [2, 2, 3], 'file')).toThrow(/--batch/);
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
  await expect(exportModel({ model, config }, { size: [0, 4] })).rejects.toThrow(
    /positive integers/,
  );
});
