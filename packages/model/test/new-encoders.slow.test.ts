import { readFileSync } from 'node:fs';
import { type EncoderName, encoders } from '@sts-net/backbones';
import { describeBackends } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';
import { blankModel } from './golden-models.ts';

// References of tools/fixtures/model/new_encoders.py: segmentation_models.pytorch and timm in float64.
const { models, encoders: counted } = JSON.parse(
  readFileSync(new URL('./fixtures/new-encoders.json', import.meta.url), 'utf8'),
) as {
  models: Record<string, LogitsReference>;
  encoders: Record<
    EncoderName,
    { parameters: number; channels: number[]; shapes: Record<string, number[]> | null }
  >;
};

// timm begins a dilation in the second block.
describeGoldenLogits(
  Object.fromEntries(Object.entries(models).map(([name, one]) => [`${name}@128`, one])),
  { dilationStyle: 'torchvision' },
);

describeBackends('encoders', () => {
  test.each(Object.entries(counted))(
    'golden: parameters, keys and shapes of %s',
    (name, { parameters, shapes }) => {
      const encoder = name as EncoderName;
      const inputShape = [null, null, 3] as const;
      const model = blankModel({
        encoder,
        decoder: 'unet',
        classes: 2,
        inputShape: [...inputShape],
      });
      const own = torchParameters(model).filter(({ key }) => key.startsWith('encoder.'));
      const trained = own.filter(({ key }) => !key.includes('running_'));
      const sum = trained.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b), 0);
      expect(sum).toBe(parameters);
      if (shapes !== null) {
        const keys = own.map(({ key, shape }) => [key.replace('encoder.', ''), shape]);
        expect(Object.fromEntries(keys)).toEqual(shapes);
      }
      expect(encoders[encoder].stages.map(({ stride }) => stride)).toEqual([2, 4, 8, 16, 32]);
      model.dispose();
    },
  );
}, ['wasm']);
