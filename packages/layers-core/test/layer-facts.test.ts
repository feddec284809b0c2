import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import type { LayerFacts } from '../src/index.ts';
import * as layersCore from '../src/index.ts';

const { Layer } = tfl.layers;

test('every layer but those that cost nothing says what it costs', () => {
  const classes = Object.entries(layersCore).filter(
    ([, one]) => 'prototype' in one && one.prototype instanceof Layer,
  );
  expect(classes.length).toBeGreaterThan(10);
  const silent = classes
    .filter(([, one]) => typeof (one.prototype as LayerFacts).operations !== 'function')
    .map(([name]) => name);
  expect(silent.sort()).toEqual([
    'AveragePool2D',
    'ChannelSlice',
    'CropToMatch',
    'Dropout',
    'GELU',
    'MaxPool2D',
    'PadToMultiple',
    'ReLU',
    'Swish',
  ]);
});

test('a layer of one’s own need not know the contract to fulfil it', () => {
  class Doubled extends Layer {
    static readonly className = 'Doubled';
    trainingStep = 0;
    operations(input: readonly number[]) {
      return { multiplyAdds: 2 * input.length };
    }
    torchParameter(name: string, shape: readonly number[]) {
      return { name, shape: [1, ...shape], layout: 'same' as const };
    }
  }
  // The compiler checks that it does.
  const facts: LayerFacts = new Doubled();
  expect(facts.operations?.([8, 8, 4], [8, 8, 4])).toEqual({ multiplyAdds: 6 });
});
