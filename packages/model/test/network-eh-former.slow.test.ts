import { readFileSync } from 'node:fs';
import { GroupNormalization, LayerNormalization, resizeBilinear } from '@sts-net/layers-core';
import { createNetwork, type EHFormerOptions, ehFormer, mitStream } from '@sts-net/networks';
import {
  describeBackends,
  nchwValues,
  recipeStateDict,
  saveAndLoad,
  signed,
  signedNchw,
  uniform,
} from '@sts-net/testing';
import { exportOnnx } from '@sts-net/tfjs-backend-ort';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, model as makeModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createLoss, type LossFunction } from '../../training/src/index.ts';
import {
  loadTorchWeights,
  modelStatistics,
  predictionNetwork,
  torchStateDict,
  withoutInitialValues,
} from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

// Reference numbers of the authors' PyTorch code in float64; the recipe of weights and images is inside.
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
const stream = fixture('eh-former-stream');
const whole = fixture('eh-former');

interface Reference {
  readonly shape: readonly [number, number, number, number];
  readonly mean: number;
  readonly std: number;
  /** `[image, channel, row, column, value]`. */
  readonly samples: readonly (readonly [number, number, number, number, number])[];
}

const any = [null, null, 3] as const;
const shapesOf = (model: LayersModel) =>
  Object.fromEntries(torchParameters(model).map(({ key, shape }) => [key, shape]));
type Listed = readonly (readonly [key: string, shape: readonly number[], kind?: string])[];
const listedShapes = (listed: Listed, rename = (key: string) => key) =>
  listed.map(([key, shape]) => [rename(key), shape]);
/** The coarse network has dropout among its layers. */
const coarse = (key: string) =>
  key.replace(/(up\d\.conv\.conv\.)([34])\./, (_, path, i) => `${path}${Number(i) + 1}.`);

/** The recipe's weights of all layers whose names have the prefix; group and layer norms are filled as batch norms. */
function fill(model: LayersModel, prefix = ''): void {
  const normalizes = new Set(
    model.layers
      .filter((one) => one instanceof LayerNormalization || one instanceof GroupNormalization)
      .map(({ name }) => name),
  );
  const shapes = Object.entries(shapesOf(model)).filter(([key]) => key.startsWith(prefix));
  loadTorchWeights(
    model,
    recipeStateDict(Object.fromEntries(shapes), (layer) => normalizes.has(layer)),
  );
}

async function expectMap(y: tf.Tensor4D, reference: Reference, name: string): Promise<void> {
  const [batch, channels, height, width] = reference.shape;
  expect(y.shape, name).toEqual([batch, height, width, channels]);
  const values = await nchwValues(y);
  const tolerance = { rtol: 0, atol: 1e-4 * reference.std };
  expect(
    reference.samples.map(
      ([b, c, row, column]) => values[((b * channels + c) * height + row) * width + column]!,
    ),
    name,
  ).toBeAllclose(
    reference.samples.map((sample) => sample[4]),
    tolerance,
  );
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length;
  expect([mean, Math.sqrt(variance)], name).toBeAllclose(
    [reference.mean, reference.std],
    tolerance,
  );
}

/** Holds maps of a network, by their layers, against the references. */
async function expectMaps(
  model: LayersModel,
  layers: Readonly<Record<string, string>>,
  references: Readonly<Record<string, Reference>>,
  change = (y: tf.Tensor4D, _name: string) => y,
): Promise<void> {
  const [batch, channels, height, width] = [2, 3, 96, 128] as const;
  const outputs = Object.values(layers).map((name) => model.getLayer(name).output as never);
  const x = signedNchw('input', [batch, channels, height, width]);
  const maps = makeModel({ inputs: model.inputs, outputs }).predict(x);
  for (const [i, name] of Object.keys(layers).entries()) {
    await expectMap(change([maps].flat()[i] as tf.Tensor4D, name), references[name]!, name);
  }
  tf.dispose([x, maps]);
}

describeBackends('EH-Former', () => {
  test('golden: keys, shapes, parameters and multiply-adds of a stream', () => {
    const make = (classes: number) =>
      withoutInitialValues(() => createNetwork('mit-b5-stream', { classes, inputShape: any }));
    const one = make(1);
    expect(shapesOf(one)).toEqual(Object.fromEntries(listedShapes(stream.keys)));
    const counts = modelStatistics(one, { size: [480, 480] });
    expect(counts.parameters).toBe(stream.params);
    const { conv2d, linear, matmul, conv_transpose2d } = stream.macs_480;
    expect(counts.multiplyAdds).toBe(conv2d + linear + matmul + conv_transpose2d);
    expect(counts.uncounted).toEqual([]);
    one.dispose();
    const two = make(2);
    expect(modelStatistics(two).parameters).toBe(86_371_362);
    two.dispose();
  });

  test('golden: maps and logits of a stream, loss and gradients of a training step', async () => {
    const model = withoutInitialValues(() =>
      createNetwork('mit-b5-stream', { classes: 1, inputShape: any }),
    );
    fill(model);
    const maps = [1, 2, 3, 4].flatMap((i) => [
      [`encoder${i}`, `res_net.norm${i}`],
      [`decoder${i}`, `up${i}.relu`],
    ]);
    await expectMaps(model, { logits: 'resize', ...Object.fromEntries(maps) }, stream.eval.outputs);

    const { training } = stream;
    const weights = torchParameters(model).filter(({ weight }) => weight.trainable);
    const listed = weights.filter(({ key }) => key in training.grads);
    expect(listed).toHaveLength(Object.keys(training.grads).length);
    const label = uniform('label', 2 * 96 * 128).map((u) => (u < 0.2 ? 1 : 0));
    const { value, grads } = tf.variableGrads(
      () => {
        const logits = model.apply(signedNchw('input', [2, 3, 96, 128]), { training: true });
        const truth = tf.tensor4d(label, [2, 96, 128, 1]);
        return tf.losses.meanSquaredError(truth, tf.sigmoid(logits as tf.Tensor4D)) as tf.Scalar;
      },
      listed.map(({ weight }) => weight.read() as tf.Variable),
    );
    expect((await value.data())[0]).toBeCloseTo(training.loss, 5);
    for (const { key, weight, layout } of listed) {
      const gradient = grads[(weight.read() as tf.Variable).name]!;
      const axes = { OIHW: [3, 2, 0, 1], OI: [1, 0], same: undefined }[layout];
      const values = await (axes === undefined
        ? gradient
        : tf.transpose(gradient, axes)
      ).data<'float32'>();
      const [norm, first, middle] = training.grads[key] as [number, number, number];
      const length = Math.sqrt(values.reduce((sum, v) => sum + v ** 2, 0));
      expect([length], `norm of ${key}`).toBeAllclose([norm], { rtol: 2e-3 });
      expect([values[0], values[Math.floor(values.length / 2)]], key).toBeAllclose(
        [first, middle],
        { rtol: 1e-3, atol: (5e-3 * norm) / Math.sqrt(values.length) },
      );
    }
    tf.dispose([value, grads]);
    model.dispose();
  }, 300_000);

  test('golden: keys and parameters of the whole network, logits of all streams and weights of positions', async () => {
    const model = withoutInitialValues(() =>
      createNetwork('eh-former', { classes: 1, inputShape: any }),
    );
    const expected = [
      ...listedShapes(stream.keys, (key) => `segres_net.${key}`),
      ...listedShapes(stream.keys, (key) => `segres_net_opposite.${key}`),
      ...listedShapes(stream.keys, (key) => `c_net.${coarse(key)}`),
      ...listedShapes(whole.keys_outside_the_streams),
    ];
    expect(shapesOf(model)).toEqual(Object.fromEntries(expected));
    const own = torchParameters(model).filter(({ key }) => !key.includes('.running_'));
    const sum = (all: typeof own) =>
      all.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b), 0);
    expect(sum(own)).toBe(whole.params_whole);
    expect(model.countParams()).toBeGreaterThan(whole.params_whole);
    const trained = new Set(model.trainableWeights.map(({ originalName }) => originalName));
    expect(sum(own.filter(({ weight }) => trained.has(weight.originalName)))).toBe(
      whole.params_trainable,
    );
    // Prediction does without the coarse network.
    for (const prefix of ['segres_net.', 'segres_net_opposite.', 'fuse', 'up', 'out_conv1']) {
      fill(model, prefix);
    }
    const { outputs } = whole.eval;
    const weights = [1, 2, 3, 4].flatMap((i) => [
      [`easy_spatial_weight${i}`, `fuse${i}.sa1.sigmoid`],
      [`hard_spatial_weight${i}`, `fuse${i}.sa2.sigmoid`],
    ]);
    const logits = {
      logits: 'resize',
      easy_logits: 'segres_net.resize',
      hard_logits: 'segres_net_opposite.resize',
    };
    // The authors give the weights at a size of their own.
    const resize = (y: tf.Tensor4D, name: string) =>
      name in logits ? y : resizeBilinear(y, [224, 224], { alignCorners: true });
    await expectMaps(model, { ...Object.fromEntries(weights), ...logits }, outputs, resize);
    model.dispose();
  }, 300_000);

  const tiny: EHFormerOptions = {
    channels: [4, 8, 8, 16],
    heads: [1, 2, 2, 4],
    blocks: [1, 1, 2, 1],
    filters: [8, 8, 8, 4],
    inputShape: any,
  };

  test('saved and loaded, and as an ONNX file without its coarse network, it gives the same', async () => {
    const model = ehFormer(tiny);
    const [height, width] = [37, 45];
    const images = signed('image', height * width * 3);
    const x = tf.tensor4d(images, [1, height, width, 3]);
    const outputs = model.predict(x) as tf.Tensor[];
    const values = await outputs[0]!.data<'float32'>();
    const loaded = await saveAndLoad(model);
    const again = loaded.predict(x) as tf.Tensor[];
    for (const [i, y] of again.entries()) {
      expect(await y.data()).toBeAllclose(await outputs[i]!.data(), { rtol: 0, atol: 1e-5 });
    }
    expect(loaded.trainableWeights.length).toBe(model.trainableWeights.length);

    const prediction = predictionNetwork(model);
    const sides = ['height', 'width'].map((name) => ({ name, multipleOf: 32 }));
    const file = await exportOnnx(
      (image) => ({ logits: prediction.apply(image, { training: false }) as tf.Tensor }),
      [{ name: 'image', shape: [null, ...sides, 3] }],
    );
    const sizes = torchParameters(prediction).map(({ key, shape }) => ({
      isCoarse: key.startsWith('c_net.'),
      bytes: 4 * shape.reduce((a, b) => a * b, 1),
    }));
    const bytes = (all: typeof sizes) => all.reduce((total, one) => total + one.bytes, 0);
    const others = bytes(sizes.filter(({ isCoarse }) => !isCoarse));
    const structure = file.byteLength - others;
    // Names and numbers of the graph are fewer bytes than the coarse network's weights.
    expect(structure).toBeLessThan(bytes(sizes) - others);
    const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
    const { logits } = await session.run({
      image: new Tensor('float32', images, [1, height, width, 3]),
    });
    expect(logits!.dims).toEqual([1, height, width, 2]);
    expect(logits!.data as Float32Array).toBeAllclose(values, { rtol: 0, atol: 1e-4 });
    tf.dispose([x, outputs, again]);
    loaded.dispose();
    model.dispose();
  });

  test('the weights of a coarse network go under c_net, and nothing else needs them', async () => {
    const coarseNetwork = mitStream({ ...tiny, monteCarlo: 0.5 });
    const model = ehFormer(tiny);
    const weights = await torchStateDict(coarseNetwork);
    const renamed = new Map([...weights].map(([key, tensor]) => [`c_net.${key}`, tensor]));
    const { loaded, missing } = loadTorchWeights(model, renamed);
    expect(loaded).toHaveLength(weights.size);
    expect(missing.filter((key) => key.startsWith('c_net.'))).toEqual([]);
    const again = await torchStateDict(model);
    const key = 'block3.1.mlp.fc1.weight';
    expect(again.get(`c_net.res_net.${key}`)!.data).toEqual(weights.get(`res_net.${key}`)!.data);
    coarseNetwork.dispose();
    model.dispose();
  });

  test('learns what is above a level, by the loss of its name', async () => {
    const model = ehFormer({ ...tiny, samples: 3 });
    const loss = createLoss('uncertainty') as LossFunction;
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const optimizer = tf.train.adam(2e-3);
    const draws = uniform('image', 2 * 32 * 32);
    const x = tf.tile(tf.tensor4d(draws, [2, 32, 32, 1]), [1, 1, 1, 3]);
    const level = Array.from(draws, (u) => (u < 0.3 ? 1 : 0));
    const labels = tf.oneHot(tf.tensor(level, [2, 32, 32], 'int32'), 2);
    const truth = tf.cast(labels, 'float32') as tf.Tensor4D;
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const { value, grads } = tf.variableGrads(() => {
        const outputs = model.apply(x, { training: true }) as tf.Tensor4D[];
        return tf.addN(outputs.map((one) => loss(truth, one))) as tf.Scalar;
      }, variables);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      losses.push((await value.data())[0]!);
      tf.dispose([value, grads]);
    }
    const mean = (some: readonly number[]) => some.reduce((a, b) => a + b) / some.length;
    expect(mean(losses.slice(-3))).toBeLessThan(0.95 * mean(losses.slice(0, 3)));
    tf.dispose([x, labels, truth]);
    optimizer.dispose();
    model.dispose();
  });
}, ['ort']);
