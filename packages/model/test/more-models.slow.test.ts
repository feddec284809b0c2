import { readFileSync } from 'node:fs';
import { describeBackends } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { modelStatistics } from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';
import { blankModel, goldenOptions } from './golden-models.ts';

// References of tools/fixtures/model/more_models.py: segmentation_models.pytorch in float64.
const { models, decoders } = JSON.parse(
  readFileSync(new URL('./fixtures/more-models.json', import.meta.url), 'utf8'),
) as {
  models: Record<string, LogitsReference>;
  decoders: Record<
    string,
    { parameters: number; encoder: number; shapes: Record<string, number[]> }
  >;
};

describeGoldenLogits(
  Object.fromEntries(Object.entries(models).map(([name, one]) => [`${name}@128`, one])),
);

describeBackends('decoders', () => {
  test.each(Object.entries(decoders))(
    'golden: parameters, keys and shapes of %s with resnext50_32x4d',
    (architecture, { parameters, encoder, shapes }) => {
      const model = blankModel(goldenOptions(`${architecture}/resnext50_32x4d`));
      const inDecoder = torchParameters(model).filter(({ key }) => !key.startsWith('encoder.'));
      expect(Object.fromEntries(inDecoder.map(({ key, shape }) => [key, shape]))).toEqual(shapes);
      // PSPNet builds two stages less than segmentation_models.pytorch, which never uses them.
      if (architecture === 'PSPNet') {
        const ofDecoder = inDecoder
          .filter(({ key }) => !key.includes('running_'))
          .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
        expect(ofDecoder).toBe(parameters - encoder);
      } else {
        expect(modelStatistics(model).parameters).toBe(parameters);
      }
      expect(modelStatistics(model).uncounted).toEqual([]);
      model.dispose();
    },
  );
}, ['wasm']);
