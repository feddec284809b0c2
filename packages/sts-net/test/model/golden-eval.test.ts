import { describeBackends, golden, nchwValues, signedNchw } from '@sts-net/testing';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { goldenModel } from './golden-models.ts';

const references = golden('models-eval').models;

// Encoder × decoder, and the sizes that there are references for.
const models: readonly [string, readonly number[]][] = [
  ['DeepLabV3/mobilenet_v2', [128]],
  ['DeepLabV3/resnet50', [128]],
  ['DeepLabV3/resnext50_32x4d', [128, 320]],
  ['Unet/mobilenet_v2', [128]],
  ['Unet/resnet50', [128]],
  ['Unet/resnext50_32x4d', [128]],
  ['STSNet(esca k=3 shared)', [128, 320]],
  ['STSNet(esca adaptive k=3,5,5,5,7 shared)', [128]],
];

describeBackends('inference', () => {
  describe.each(models)('%s', (name, sizes) => {
    test(`golden logits, to 1e-4 of their deviation, at ${sizes.join(' and ')} pixels`, async () => {
      const model = goldenModel(name);
      for (const size of sizes) {
        const { std, mean, samples } = references[`${name}@${size}`];
        const x = signedNchw('input', [1, 3, size, size]);
        const y = model.predict(x) as Tensor4D;
        const values = await nchwValues(y);
        const tolerance = { rtol: 0, atol: 1e-4 * std };
        const at = ([c, row, column]: number[]) => values[(c! * size + row!) * size + column!]!;
        expect(samples.map(at)).toBeAllclose(
          samples.map(([, , , value]: number[]) => value!),
          tolerance,
        );
        const average = values.reduce((a, v) => a + v, 0) / values.length;
        const variance = values.reduce((a, v) => a + (v - average) ** 2, 0) / values.length;
        expect([average, Math.sqrt(variance)]).toBeAllclose([mean, std], tolerance);
        x.dispose();
        y.dispose();
      }
      model.dispose();
    });
  });
}, ['wasm']);
