import { readFileSync } from 'node:fs';
import { type EncoderName, encoders } from '@sts-net/backbones';
import { describeBackends, recipeStateDict } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { createModel, loadTorchWeights, modelStatistics, torchStateDict } from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';
import { blankModel, goldenOptions } from './golden-models.ts';

// References of tools/fixtures/model/mix_transformers.py: segmentation_models.pytorch in float64.
const {
  models,
  encoders: listed,
  decoders,
} = JSON.parse(
  readFileSync(new URL('./fixtures/mix-transformers.json', import.meta.url), 'utf8'),
) as {
  models: Record<string, LogitsReference>;
  encoders: Record<
    EncoderName,
    { parameters: number; channels: number[]; shapes: Record<string, number[]> | null }
  >;
  decoders: Record<
    string,
    { parameters: number; encoder: number; shapes: Record<string, number[]> }
  >;
};

describeGoldenLogits(
  Object.fromEntries(Object.entries(models).map(([name, one]) => [`${name}@128`, one])),
);

describeBackends('mix transformers, SegFormer and UPerNet', () => {
  const inputShape = [null, null, 3] as const;

  test.each(Object.entries(listed))(
    'golden: parameters, channels, keys and shapes of %s',
    (name, { parameters, channels, shapes }) => {
      const encoder = name as EncoderName;
      const model = blankModel({ encoder, decoder: 'fpn', classes: 2, inputShape });
      const own = torchParameters(model).filter(({ key }) => key.startsWith('encoder.'));
      const sum = own.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b), 0);
      expect(sum).toBe(parameters);
      if (shapes !== null) {
        const keys = own.map(({ key, shape }) => [key.replace('encoder.', ''), shape]);
        expect(Object.fromEntries(keys)).toEqual(shapes);
      }
      const ends = [1, 2, 3, 4].map((i) => model.getLayer(`encoder.norm${i}`));
      expect([0, ...ends.map(({ outputShape }) => (outputShape as number[])[3])]).toEqual(channels);
      expect(encoders[encoder].stages.map(({ stride }) => stride)).toEqual([2, 4, 8, 16, 32]);
      expect(modelStatistics(model).uncounted).toEqual([]);
      model.dispose();
    },
    60_000,
  );

  test.each(Object.entries(decoders))(
    'golden: parameters, keys and shapes of %s',
    (name, { parameters, shapes }) => {
      const model = blankModel(goldenOptions(name));
      const inDecoder = torchParameters(model).filter(({ key }) => !key.startsWith('encoder.'));
      expect(Object.fromEntries(inDecoder.map(({ key, shape }) => [key, shape]))).toEqual(shapes);
      expect(modelStatistics(model).parameters).toBe(parameters);
      expect(modelStatistics(model).uncounted).toEqual([]);
      model.dispose();
    },
  );

  test('the weights of a bare encoder with its classification head, and back', async () => {
    const model = blankModel({ encoder: 'mit_b0', decoder: 'segformer', classes: 2, inputShape });
    const own = torchParameters(model).filter(({ key }) => key.startsWith('encoder.'));
    const shapes = own.map(({ key, shape }) => [key.replace('encoder.', ''), shape]);
    const weights = recipeStateDict({ ...Object.fromEntries(shapes), 'head.weight': [10, 256] });
    const { loaded, ignored } = loadTorchWeights(model, weights);
    expect([loaded.length, ignored]).toEqual([own.length, ['head.weight']]);
    const written = await torchStateDict(model);
    for (const [key, { shape, data }] of weights) {
      if (key === 'head.weight') continue;
      const again = written.get(`encoder.${key}`)!;
      expect(again.shape, key).toEqual(shape);
      expect(
        data.every((value, i) => value === again.data[i]),
        key,
      ).toBe(true);
    }
    model.dispose();
  });

  test('decoders that need a map of stride 2 refuse, and so does a head on it', () => {
    const options = { encoder: 'mit_b0', classes: 2, inputShape } as const;
    for (const decoder of ['unetplusplus', 'linknet'] as const) {
      expect(() => createModel({ ...options, decoder })).toThrow(
        `decoder: expected one that needs no map of stride 2, since the encoder has none, such as unet or fpn, got "${decoder}"`,
      );
    }
    expect(() => createModel({ ...options, decoder: 'unet', auxiliaryHead: { stage: 1 } })).toThrow(
      /auxiliaryHead\.stage .* has no map at stage 1/,
    );
  });
}, ['wasm']);
