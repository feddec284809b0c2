import { createNetwork, denseASPP, type NetworkName } from '@sts-net/networks';
import {
  describeBackends,
  recipeStateDict,
  saveAndLoad,
  signedNchw,
  type TorchTensor,
  uniform,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { loadTorchWeights, modelStatistics, withoutInitialValues } from '../src/index.ts';
import {
  expectLogits,
  expectStatistics,
  fixture,
  listedShapes,
  type Reference,
  shapesOf,
} from './network-golden.ts';

const any = [null, null, 3] as const;
const blank = (make: () => LayersModel) => withoutInitialValues(make);

describeBackends('whole networks', () => {
  describe('M²SNet', () => {
    const reference = fixture('m2snet');
    const make = (classes: number) =>
      blank(() => createNetwork('m2snet', { classes, inputShape: [...any] }));

    test('golden: keys, shapes, parameters and multiply-adds', () => {
      const one = make(1);
      expect(shapesOf(one)).toEqual(listedShapes(reference.state_dict));

      const counts = (model: LayersModel) => modelStatistics(model, { size: [480, 480] });
      expect(counts(one).parameters).toBe(reference.params);
      const two = make(2);
      expect(counts(two).parameters).toBe(reference.params_two_output_channels);
      expect(counts(two).paperFlops).toBe(reference.flops_two_output_channels_480_batch4);
      one.dispose();
      two.dispose();
    });

    test('golden: logits, with the recipe and with calmer running variances', async () => {
      const model = make(1);
      const weights = recipeStateDict(shapesOf(model));
      loadTorchWeights(model, weights);
      await expectLogits(model, reference.eval_plain);
      const calm = new Map<string, TorchTensor>(weights);
      for (const [key, gain] of [
        ['conv_3.norm.running_var', 576],
        ['conv_5.norm.running_var', 1600],
      ] as const) {
        const { shape, data } = weights.get(key)!;
        calm.set(key, { shape, data: data.map((value) => value * gain ** 2) });
      }
      loadTorchWeights(model, calm);
      await expectLogits(model, reference.eval_scaled);
      model.dispose();
    });
  });

  test('M²SNet in training: golden logits, and statistics that twenty calls share', async () => {
    const { train } = fixture('m2snet');
    const model = blank(() => createNetwork('m2snet', { classes: 1, inputShape: [...any] }));
    loadTorchWeights(model, recipeStateDict(shapesOf(model)));
    // The sums that are normalised are large beside their spread, of which float32 takes digits: 3e-4 here.
    await expectLogits(model, train.logits, { training: true, share: 1e-3 });
    // Of the shared ones the last of twenty calls weighs most.
    expect(Object.keys(train.running_stats_after_one_forward).join()).toMatch(/conv_[35]\.norm/);
    await expectStatistics(model, train.running_stats_after_one_forward);
    const [count, height, width] = [2, 96, 128];
    const label = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
    const loss = tf.tidy(() => {
      const x = signedNchw('input', [count, 3, height, width]);
      const logits = model.apply(x, { training: true }) as tf.Tensor4D;
      return tf.losses.sigmoidCrossEntropy(tf.tensor4d(label, [count, height, width, 1]), logits);
    });
    expect((await loss.data())[0]).toBeCloseTo(train.loss_bce_mean, 4);
    loss.dispose();
    model.dispose();
  });

  describe('DenseASPP', () => {
    const reference = fixture('denseaspp');
    const settings = {
      DenseASPP121: { layers: [6, 12, 24, 16], narrow: 128, added: 64 },
      DenseASPP161: { growth: 48, stem: 96, layers: [6, 12, 36, 24], narrow: 512, added: 128 },
    } as const;
    // The authors' keys have dots in them, by which the recipe's numbers go.
    const dotted = (key: string) => key.replace(/(denselayer\d+\.)(norm|conv)([12])/, '$1$2.$3');
    const weightsOf = (model: LayersModel) => {
      const shapes = shapesOf(model);
      const keys = Object.keys(shapes);
      const drawn = recipeStateDict(
        Object.fromEntries(keys.map((key) => [dotted(key), shapes[key]!])),
      );
      return new Map(keys.map((key) => [key, drawn.get(dotted(key))!]));
    };

    test('golden: keys and shapes, parameters and multiply-adds of all variants', () => {
      for (const name of ['121', '161', '169', '201']) {
        const variant = reference.variants[`DenseASPP${name}`];
        const model = blank(() =>
          createNetwork(`denseaspp${name}` as NetworkName, { inputShape: [...any] }),
        );
        const statistics = modelStatistics(model, { size: [480, 480] });
        expect(statistics.parameters).toBe(variant.params_2_classes);
        expect(statistics.multiplyAdds).toBe(variant.conv_macs_480_os8);
        if (name === '121') {
          const own = Object.entries(shapesOf(model)).map(([key, shape]) => [dotted(key), shape]);
          const listed = reference['state_dict (DenseASPP121, published naming)'];
          expect(Object.fromEntries(own)).toEqual(listedShapes(listed));
        }
        model.dispose();
      }
    });

    test('in training: golden logits and statistics', async () => {
      const { train } = reference;
      const model = blank(() =>
        denseASPP({ ...settings.DenseASPP121, dropout: 0, inputShape: [...any] }),
      );
      loadTorchWeights(model, weightsOf(model));
      await expectLogits(model, train.logits, { training: true });
      await expectStatistics(model, train.running_stats_after_one_forward);
      model.dispose();
    });

    interface Run extends Reference {
      readonly variant: string;
      readonly output_stride: 8 | 16;
      readonly align_corners: boolean;
    }
    test.each(
      (reference.eval as Run[]).map(
        (run) =>
          [
            `${run.variant} of ${run.shape.slice(2).join('×')}, stride ${run.output_stride}${run.align_corners ? ', aligned' : ''}`,
            run,
          ] as const,
      ),
    )('golden: logits of %s', async (_, run) => {
      const model = blank(() =>
        denseASPP({
          ...settings[run.variant as keyof typeof settings],
          ...{ outputStride: run.output_stride, alignCorners: run.align_corners },
          inputShape: [...any],
        }),
      );
      // As the authors' files have them, wrapper and dots included.
      const published = [...weightsOf(model)].map(
        ([key, one]) => [`module.${dotted(key)}`, one] as const,
      );
      expect(loadTorchWeights(model, new Map(published)).missing).toEqual([]);
      await expectLogits(model, run);
      model.dispose();
    });
  });

  test('saved and loaded, each gives the same logits for an image of any size', async () => {
    for (const name of ['m2snet', 'denseaspp121'] as const) {
      const model = createNetwork(name, { inputShape: [...any] });
      const x = signedNchw('input', [1, 3, 37, 45]);
      const y = model.predict(x) as tf.Tensor4D;
      expect(y.shape).toEqual([1, 37, 45, 2]);
      const loaded = await saveAndLoad(model);
      const again = loaded.predict(x) as tf.Tensor4D;
      expect(await again.data()).toBeAllclose(await y.data(), { rtol: 0, atol: 1e-5 });
      tf.dispose([x, y, again]);
      model.dispose();
      loaded.dispose();
    }
  });
}, ['wasm']);
