import { readFileSync } from 'node:fs';
import { createNetwork, type NNUNetPlan, nnUNet, nnUNetPlan } from '@sts-net/networks';
import {
  describeBackends,
  nchwValues,
  recipeStateDict,
  saveAndLoad,
  signedNchw,
  type TorchTensor,
  uniform,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  createModel,
  loadTorchWeights,
  modelStatistics,
  predictionNetwork,
  torchStateDict,
  withoutInitialValues,
} from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

type Shape = readonly [number, number, number, number];

interface Counts {
  readonly plan: NNUNetPlan;
  readonly residual: boolean;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

interface Reference extends Counts {
  readonly state: readonly (readonly [string, readonly number[]])[];
  readonly listed: number;
  readonly shape: Shape;
  readonly loss: number;
  readonly outputs: readonly {
    readonly mean: number;
    readonly std: number;
    readonly samples: readonly (readonly [number, number, number, number, number])[];
  }[];
  /** Norm, first and middle element in PyTorch's order. */
  readonly gradients: Readonly<Record<string, readonly [number, number, number]>>;
}

/** Numbers of dynamic-network-architectures in float64: tools/fixtures/model/nnunet.py. */
const fixture: {
  readonly classes: number;
  readonly planned: readonly { readonly size: readonly [number, number]; readonly plan: object }[];
  readonly usual: Readonly<Record<'nnunet-2d' | 'nnunet-resenc', Counts>>;
  readonly networks: Readonly<Record<string, Reference>>;
} = JSON.parse(readFileSync(new URL('./fixtures/nnunet.json', import.meta.url), 'utf8'));
const { classes } = fixture;
const any = { classes, inputShape: [null, null, 3] } as const;

const make = ({ plan, residual }: Counts, deepSupervision = true) =>
  withoutInitialValues(() => nnUNet({ ...any, plan, residual, deepSupervision }));
const shapesOf = (model: LayersModel) =>
  Object.fromEntries(torchParameters(model).map(({ key, shape }) => [key, shape]));

/** As the authors' files have them: most weights twice or three times. */
function published(weights: ReadonlyMap<string, TorchTensor>): Map<string, TorchTensor> {
  const parts = { conv: 0, norm: 1 } as const;
  const twice = [...weights].flatMap(([key, tensor]) => {
    const [, before, part, after] = /^(.*)\.(conv|norm)\.(\w+)$/.exec(key) ?? [];
    if (before === undefined) return [[key, tensor] as const];
    const module = parts[part as keyof typeof parts];
    return [[key, tensor] as const, [`${before}.all_modules.${module}.${after}`, tensor] as const];
  });
  const again = twice.flatMap(([key, tensor]) =>
    key.startsWith('encoder.') ? [[`decoder.${key}`, tensor] as const] : [],
  );
  return new Map([...twice, ...again]);
}

test.each(fixture.planned)('golden: the plan of nnU-Net for %o', ({ size, plan }) => {
  expect(nnUNetPlan(size)).toEqual(plan);
});

describeBackends('nnU-Net', () => {
  describe.each(Object.entries(fixture.networks))('%s', (_, reference) => {
    test('golden: keys and shapes, parameters and multiply-adds', () => {
      const [supervised, plain] = [make(reference), make(reference, false)];
      for (const model of [supervised, plain]) {
        expect(shapesOf(model)).toEqual(Object.fromEntries(reference.state));
        expect(model.countParams()).toBe(reference.parameters);
      }
      const { parameters, multiplyAdds } = reference;
      const counts = modelStatistics(plain, { size: [256, 256] });
      expect(counts).toMatchObject({ parameters, multiplyAdds, uncounted: [] });
      supervised.dispose();
      plain.dispose();
    });

    test('golden: logits of every output, and the gradients of their cross-entropy, of a whole state dict', async () => {
      const model = make(reference);
      const state = published(recipeStateDict(shapesOf(model)));
      expect(state.size).toBe(reference.listed);
      expect(loadTorchWeights(model, state).missing).toEqual([]);
      const [batch, , height, width] = reference.shape;
      const x = signedNchw('input', reference.shape);
      const drawn = uniform('label', batch * height * width).map((u) => Math.floor(u * classes));
      const labels = tf.tidy(() =>
        tf.oneHot(tf.tensor3d(Int32Array.from(drawn), [batch, height, width], 'int32'), classes),
      );
      // No statistics run along: training computes what prediction does.
      const run = (training: boolean) => [model.apply(x, { training })].flat() as tf.Tensor4D[];
      const [predicted, outputs] = [run(false), run(true)];
      expect(outputs).toHaveLength(reference.outputs.length);
      for (const [i, { mean, std, samples }] of reference.outputs.entries()) {
        const values = await nchwValues(outputs[i]!);
        expect(await nchwValues(predicted[i]!)).toEqual(values);
        const at = ([b, c, row, column]: (typeof samples)[number]) =>
          values[((b * classes + c) * height + row) * width + column]!;
        const tolerance = { rtol: 0, atol: 1e-4 * std };
        expect(samples.map(at)).toBeAllclose(
          samples.map((sample) => sample[4]),
          tolerance,
        );
        expect([values.reduce((a, v) => a + v, 0) / values.length]).toBeAllclose([mean], tolerance);
      }
      const variables = model.trainableWeights.map((one) => one.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(
        () =>
          tf.addN(
            run(true).map((logits) =>
              tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1))),
            ),
          ) as tf.Scalar,
        variables,
      );
      expect((await value.data())[0]).toBeCloseTo(reference.loss, 5);
      let compared = 0;
      for (const { key, weight } of torchParameters(model)) {
        const expected = reference.gradients[key];
        const gradient = grads[(weight.read() as tf.Variable).name];
        expect(gradient === undefined, key).toBe(expected === undefined);
        if (expected === undefined) continue;
        const ordered =
          gradient!.rank === 4 ? tf.transpose(gradient!, [3, 2, 0, 1]) : tf.clone(gradient!);
        const values = await ordered.data();
        ordered.dispose();
        // A bias before a normalisation has none but rounding.
        const [norm] = expected;
        const numbers = [Math.hypot(...values), values[0]!, values[Math.floor(values.length / 2)]!];
        expect(numbers, key).toBeAllclose(expected, { rtol: 0, atol: 1e-3 * norm + 1e-6 });
        compared++;
      }
      expect(compared).toBe(reference.state.length - 2);
      tf.dispose([x, labels, predicted, outputs, value, grads]);
      model.dispose();
    });

    test('saved and loaded gives the same for an image of any size, as PyTorch’s keys do', async () => {
      const network = {
        name: reference.residual ? 'nnunet-resenc' : 'nnunet-2d',
        plan: reference.plan,
      } as const;
      const model = createModel({ ...any, network, seed: 3 });
      const x = signedNchw('input', [1, 3, 37, 29]);
      const prediction = predictionNetwork(model);
      const y = prediction.predict(x) as tf.Tensor4D;
      expect(y.shape).toEqual([1, 37, 29, classes]);
      const [loaded, other] = [await saveAndLoad(model), createModel({ ...any, network })];
      loadTorchWeights(other, await torchStateDict(model));
      for (const one of [loaded, other]) {
        const again = predictionNetwork(one).predict(x) as tf.Tensor4D;
        expect(await again.data()).toBeAllclose(await y.data(), { rtol: 0, atol: 1e-5 });
        again.dispose();
        one.dispose();
      }
      tf.dispose([x, y]);
      model.dispose();
    });
  });
}, ['wasm', 'ort']);

describeBackends('nnU-Net as it is planned', () => {
  test.each(['nnunet-2d', 'nnunet-resenc'] as const)(
    'golden: parameters and multiply-adds of %s as it is planned for 256 × 256 pixels',
    (name) => {
      const { parameters, multiplyAdds } = fixture.usual[name];
      // With the outputs that only training has, and with these unused.
      const supervised = withoutInitialValues(() => createNetwork(name, any));
      expect(supervised.countParams()).toBe(parameters);
      expect(supervised.outputs).toHaveLength(5);
      supervised.dispose();
      const network = { name, deepSupervision: false };
      const plain = withoutInitialValues(() => createModel({ ...any, network }));
      expect(modelStatistics(plain, { size: [256, 256] })).toMatchObject({
        ...{ parameters, multiplyAdds, uncounted: [] },
      });
      plain.dispose();
    },
  );
}, ['wasm']);

test.each([
  [{ plan: { features: [8] } }, /must have at least 2 stages, got 1/],
  [{ patchSize: [7, 9] }, /must have at least 2 stages, got 1; .*`patchSize` with a side of 12/],
  [{ plan: { features: [8, 8], strides: [1] } }, /`plan\.strides` must have 2 numbers.*got 1/],
  [{ plan: { features: [8, 8], depths: [1, 1, 1] } }, /`plan\.depths` must have 2 numbers/],
  [
    { plan: { features: [8, 8], decoderDepths: [1, 1] } },
    /`plan\.decoderDepths` must have 1 numbers, as `plan\.features` has stages but the coarsest/,
  ],
  [{ plan: { features: [8, 8], kernelSizes: [3, 2] } }, /kernel size of `plan` must be odd.*got 2/],
  [{ plan: { features: [8, 0] } }, /`plan\.features` must be a whole number from 1 on, got 0/],
  [{ patchSize: [64, 0.5] }, /a side of `patchSize` must be a whole number from 1 on, got 0\.5/],
] as const)('refuses %o', (settings, message) => {
  expect(() => nnUNet({ ...any, ...settings } as Parameters<typeof nnUNet>[0])).toThrow(message);
});
