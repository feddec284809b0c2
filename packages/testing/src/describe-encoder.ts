import { memory, type Tensor } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model as makeModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { saveAndLoad } from './save-and-load.ts';
import { signedNchw } from './tensors.ts';

interface Feature {
  readonly stride: number;
  readonly channels: number;
  readonly tensor: SymbolicTensor;
}

interface EncoderOptions {
  readonly input: SymbolicTensor;
  readonly attention?: (channels: number, seed: number) => layers.Layer;
  readonly outputStride?: 8 | 16 | 32;
  readonly dilationStyle?: 'smp' | 'torchvision';
  readonly depth?: number;
  readonly seed?: number;
  readonly name?: string;
}

/** An encoder under test. */
export interface EncoderCase {
  readonly create: (options: EncoderOptions) => { readonly features: readonly Feature[] };
  /** Strides of the feature maps where nothing is dilated. */
  readonly strides: readonly number[];
  /** 0 where the encoder has no map of the stride. */
  readonly channels: readonly number[];
}

/**
 * What every encoder must do: give the feature maps that it announces at every output stride and
 * for any number of input channels, put attention after each of them and pass it on, name layers by
 * its own prefix, start from its seed alone, and keep names and outputs through JSON.
 */
export function describeEncoder(title: string, { create, strides, channels }: EncoderCase): void {
  const build = ({
    inputs = 3,
    ...options
  }: Partial<EncoderOptions> & { inputs?: number } = {}) => {
    const image = input({ shape: [null, null, inputs] });
    const { features } = create({ input: image, ...options });
    const maps = features.filter((feature) => feature.channels > 0);
    const outputs = maps.map(({ tensor }) => tensor);
    return { features, maps, model: makeModel({ inputs: image, outputs }) };
  };

  describe(`${title} (encoder)`, () => {
    test.each([
      [32, 'smp', 3],
      [16, 'torchvision', 1],
      [8, 'smp', 5],
      [8, 'torchvision', 2],
    ] as const)(
      'output stride %d, %s dilation, %d input channels: features as announced',
      (outputStride, dilationStyle, inputs) => {
        const { features, model } = build({ outputStride, dilationStyle, inputs });
        const expected = strides.map((stride) => Math.min(stride, outputStride));
        expect(features.map(({ stride }) => stride)).toEqual(expected);
        expect(features.map((feature) => feature.channels)).toEqual(channels);
        const x = signedNchw('input', [1, inputs, 64, 96]);
        const outputs = model.predict(x) as Tensor[];
        expect(outputs.map(({ shape }) => shape)).toEqual(
          expected
            .map((stride, i) => [1, 64 / stride, 96 / stride, channels[i]])
            .filter((shape) => shape[3]! > 0),
        );
        for (const tensor of [x, ...outputs]) tensor.dispose();
        model.dispose();
      },
    );

    test('attention follows each feature map, goes on to the next stage and is named iaff1, …', () => {
      const asked: number[] = [];
      const seeds = new Set<number>();
      const attention = (count: number, seed: number) => {
        asked.push(count);
        seeds.add(seed);
        return layers.activation({ activation: 'relu' });
      };
      const { features, model } = build({ attention, name: 'backbone' });
      expect(asked).toEqual(channels.filter((count) => count > 0));
      expect(seeds.size).toBe(asked.length);
      for (const [i, { tensor, channels }] of features.entries()) {
        if (channels === 0) continue;
        const layer = model.getLayer(`backbone.iaff${i + 1}`);
        // Whatever comes next takes the re-weighted map, never the one before it.
        const before = layer.inboundNodes[0]!.inboundLayers[0]!;
        expect(before.outboundNodes).toHaveLength(1);
        // The feature is that map, or one layer's function of it.
        const { sourceLayer } = tensor;
        expect([sourceLayer, ...sourceLayer.inboundNodes[0]!.inboundLayers]).toContain(layer);
        expect(layer.outboundNodes.length > 0).toBe(i < features.length - 1);
      }
      const named = model.layers.slice(1).filter(({ name }) => !name.startsWith('backbone.'));
      expect(named).toEqual([]);
      model.dispose();
    });

    test('depth: the same maps, and nothing beyond', async () => {
      const whole = build();
      const { numTensors } = memory();
      const part = build({ depth: 3 });
      expect(part.features.map((feature) => feature.channels)).toEqual(channels.slice(0, 3));
      expect(weightNames(whole.model)).toEqual(expect.arrayContaining(weightNames(part.model)));
      const x = signedNchw('input', [1, 3, 32, 64]);
      const [before, after] = [whole, part].map(({ model }) => model.predict(x) as Tensor[]);
      for (const [i, tensor] of after!.entries()) {
        expect(await tensor.data()).toEqual(await before![i]!.data());
      }
      for (const tensor of [x, ...before!, ...after!]) tensor.dispose();
      part.model.dispose();
      expect(memory().numTensors).toBe(numTensors);
      whole.model.dispose();
      expect(() => build({ depth: 0 })).toThrow(/`depth` must be a positive integer, got 0/);
    });

    test('attention that changes the shape is refused', () => {
      const attention = () => layers.globalAveragePooling2d({});
      const first = channels.findIndex((count) => count > 0) + 1;
      const message = new RegExp(`attention must keep the shape .* encoder\\.iaff${first} `);
      expect(() => build({ attention })).toThrow(message);
    });

    test('an impossible output stride or dilation style is refused', () => {
      expect(() => build({ outputStride: 4 as 8 })).toThrow(
        /`outputStride` must be 8, 16 or 32, got 4/,
      );
      expect(() => build({ dilationStyle: 'keras' as 'smp' })).toThrow(
        /`dilationStyle` must be 'smp' or 'torchvision', got 'keras'/,
      );
    });

    test('the seed alone decides the initial weights', async () => {
      const models = [1, 1, 2].map((seed) => build({ seed }).model);
      const [first, same, other] = await Promise.all(models.map(checksums));
      expect(same).toEqual(first);
      const kernels = [...first!.keys()].filter((name) => name.endsWith('/kernel'));
      expect(kernels.length).toBeGreaterThan(0);
      for (const name of kernels) expect(other!.get(name), name).not.toBe(first!.get(name));
      expect(new Set(kernels.map((name) => first!.get(name))).size).toBe(kernels.length);
      for (const model of models) model.dispose();
    });

    test('JSON keeps weight names and outputs', async () => {
      const { model } = build({ outputStride: 16 });
      const loaded = await saveAndLoad(model);
      expect(weightNames(loaded)).toEqual(weightNames(model));
      const x = signedNchw('input', [1, 3, 32, 32]);
      const [before, after] = [model, loaded].map((one) => one.predict(x) as Tensor[]);
      for (const [i, tensor] of before!.entries()) {
        expect(await after![i]!.data()).toEqual(await tensor.data());
      }
      for (const tensor of [x, ...before!, ...after!]) tensor.dispose();
      model.dispose();
      loaded.dispose();
    });
  });
}

function weightNames(model: LayersModel): string[] {
  return model.weights.map(({ originalName }) => originalName);
}

async function checksums(model: LayersModel): Promise<Map<string, number>> {
  const entries = model.trainableWeights.map(async (weight): Promise<[string, number]> => {
    const values = await weight.read().data<'float32'>();
    return [weight.originalName, values.reduce((sum, v, i) => sum + v * ((i % 7) + 1), 0)];
  });
  return new Map(await Promise.all(entries));
}
