import { readFileSync } from 'node:fs';
import { namedWeights, storedTensors } from '@sts-net/model';
import { describeBackends, expectNoNewTensors, golden, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it, test } from 'vitest';
import {
  type Batch,
  createLoss,
  createOptimizer,
  createSchedule,
  freeze,
  groupWeights,
  type OptimizerConfig,
  type ScheduleConfig,
  trainStep,
  WeightAverage,
  type WeightGroupOptions,
} from '../src/index.ts';

/** References of tools/fixtures/training/steps.py: PyTorch in float64. */
interface Fixture {
  readonly optimizers: Readonly<
    Record<
      string,
      {
        readonly name: OptimizerConfig['name'];
        readonly options: object;
        readonly rates: readonly number[];
        readonly values: readonly (readonly [readonly number[], readonly number[]])[];
      }
    >
  >;
  readonly initial: number;
  readonly schedules: readonly {
    readonly config: ScheduleConfig;
    readonly steps: number;
    readonly stepsPerEpoch: number;
    readonly rates: readonly number[];
  }[];
  readonly average: { readonly decay: number; readonly values: readonly (readonly number[])[] };
  readonly networks: Readonly<
    Record<
      string,
      {
        readonly optimizer: OptimizerConfig;
        readonly learningRate: number;
        readonly schedule: ScheduleConfig;
        readonly clipNorm: number | null;
        readonly decay: NonNullable<WeightGroupOptions['decay']>;
        readonly encoderRate: number;
        readonly average: number | null;
        readonly freeze: boolean;
        readonly losses: readonly number[];
        readonly weights: Readonly<Record<string, readonly number[]>>;
        readonly averages: Readonly<Record<string, readonly number[]>> | null;
      }
    >
  >;
}

const { optimizers, initial, schedules, average, networks }: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/steps.json', import.meta.url), 'utf8'),
);

describeBackends('optimizers', () => {
  describe.each(Object.entries(optimizers))('%s', (_, { name, options, rates, values }) => {
    const config = { name, ...options } as OptimizerConfig;
    const step = (k: number) =>
      ['a', 'b'].map((key) => signed(`${key}${k}`, 12).map((g) => g * 10 ** (k - 3)));

    /** The weights after each step; the second weight has a tenth of the rate and no decay. */
    async function run(restoreAt = -1): Promise<(readonly [Float32Array, Float32Array])[]> {
      const variables = ['a', 'b'].map((key) =>
        tf.tidy(() => tf.variable(tf.tensor2d(signed(key, 12), [3, 4]))),
      );
      const weights = [
        { name: 'a', variable: variables[0]! },
        { name: 'b', variable: variables[1]!, rate: 0.1, decays: false },
      ];
      let optimizer = createOptimizer(config, weights);
      const found: (readonly [Float32Array, Float32Array])[] = [];
      for (const [k, rate] of rates.entries()) {
        if (k === restoreAt) {
          const state = await storedTensors(optimizer.state());
          optimizer.dispose();
          optimizer = createOptimizer(config, weights);
          optimizer.restore(k, state);
        }
        tf.tidy(() => {
          const gradients = step(k).map((g) => tf.tensor2d(g, [3, 4]));
          const entries = variables.map(({ name }, i) => [name, gradients[i]!]);
          optimizer.apply(Object.fromEntries(entries), rate);
        });
        const [a, b] = await Promise.all(variables.map((one) => one.data<'float32'>()));
        found.push([a!.slice(), b!.slice()]);
      }
      optimizer.dispose();
      tf.dispose(variables);
      return found;
    }

    it("moves weights as PyTorch's in float64", async () => {
      const found = await run();
      expect(found.flatMap(([a, b]) => [...a, ...b])).toBeAllclose(values.flat(2), {
        rtol: 2e-6,
        atol: 2e-7,
      });
    });

    it('goes on from restored state bit by bit', async () => {
      expect(await run(3)).toEqual(await run());
    });

    it('leaves no tensors behind', async () => {
      await expectNoNewTensors(() => run());
    });
  });

  it('leave alone what has no gradient, and refuse state that lacks a slot', async () => {
    for (const { name, options } of Object.values(optimizers)) {
      const variable = tf.variable(tf.tensor1d(signed('a', 12)));
      const optimizer = createOptimizer({ name, ...options } as OptimizerConfig, [
        { name: 'w', variable },
      ]);
      optimizer.apply({}, 0.1);
      expect(await variable.data()).toEqual(signed('a', 12));
      const [slot] = optimizer.state().keys();
      if (slot !== undefined) {
        expect(() => optimizer.restore(1, new Map())).toThrow(
          `optimizer state '${slot}' is missing`,
        );
      }
      optimizer.dispose();
      variable.dispose();
    }
  });
});

describe('createOptimizer', () => {
  it('lists the names for one that is none, and knows that Nesterov needs momentum', () => {
    expect(() => createOptimizer({ name: 'adamww' } as never, [])).toThrow(
      "optimizer: there is no 'adamww'; there are adamw, adam, sgd",
    );
    const sgd = { name: 'sgd', momentum: 0, nesterov: true, weightDecay: 0 } as const;
    expect(() => createOptimizer(sgd, [])).toThrow("Nesterov's momentum needs `momentum` above 0");
  });
});

describe('createSchedule', () => {
  it.each(schedules.map((one) => [JSON.stringify(one.config), one] as const))(
    "%s gives PyTorch's learning rates",
    (_, { config, rates, ...length }) => {
      const schedule = createSchedule(config, initial, length);
      expect(rates.map((__, step) => schedule(step))).toBeAllclose(rates, {
        rtol: 1e-9,
        atol: 1e-15,
      });
    },
  );

  it('takes a function of the step, or a spec that is told rate and length', () => {
    const length = { steps: 4, stepsPerEpoch: 2 };
    expect(createSchedule((step) => 2 ** -step, 1, length)(3)).toBe(0.125);
    const spec = {
      create:
        (rate: number, { steps }: typeof length) =>
        (step: number) =>
          rate * (steps - step),
    };
    expect(createSchedule(spec, 10, length)(1)).toBe(30);
  });

  const cosine = { name: 'cosine', minimumLearningRate: 1e-8, per: 'step' } as const;

  it('follows CosineAnnealingLR of PyTorch (golden: trajectory)', () => {
    const { lr } = golden('trajectory').runs['Unet/resnet50@64'] as { lr: number[] };
    const schedule = createSchedule(cosine, 1e-3, { steps: 10, stepsPerEpoch: 4 });
    expect(lr.map((_, step) => schedule(step))).toBeAllclose(lr, { rtol: 1e-12, atol: 0 });
  });

  it('changes once an epoch, over whole epochs', () => {
    const schedule = createSchedule({ ...cosine, per: 'epoch' }, 1, {
      steps: 10,
      stepsPerEpoch: 4,
    });
    // 10 steps are 3 epochs of up to 4: (1 + cos(π·t/3))/2 for t = 0, 0, 1, 1, 2, 2.
    expect([0, 3, 4, 7, 8, 9].map(schedule)).toBeAllclose([1, 1, 0.75, 0.75, 0.25, 0.25]);
  });

  it.each([1, 2, 3])('one-cycle is finite in a training of %i steps', (steps) => {
    const cycle = { name: 'one-cycle', rise: 0.3, divisor: 25, finalDivisor: 100 } as const;
    const length = { steps, stepsPerEpoch: 1 };
    const schedule = createSchedule({ ...cycle, form: 'cosine' }, 1, length);
    const rates = Array.from({ length: steps }, (_, step) => schedule(step));
    expect(rates.every((rate) => rate >= 0 && rate <= 1)).toBe(true);
  });

  it('refuses a warm-up without one length, or as long as the training, and names that are none', () => {
    const create = (warmup: object) =>
      createSchedule({ ...cosine, warmup } as ScheduleConfig, 1, { steps: 10, stepsPerEpoch: 5 });
    for (const warmup of [{ from: 0 }, { from: 0, steps: 1, epochs: 1 }]) {
      expect(() => create(warmup)).toThrow('`warmup` must have either `steps` or `epochs`');
    }
    for (const warmup of [
      { from: 0, steps: 10 },
      { from: 0, epochs: 2 },
    ]) {
      expect(() => create(warmup)).toThrow('must be shorter than the training of 10 steps, got 10');
    }
    expect(() =>
      createSchedule({ name: 'linear' } as never, 1, { steps: 1, stepsPerEpoch: 1 }),
    ).toThrow("schedule: there is no 'linear'; there are constant, cosine, polynomial, one-cycle");
  });
});

/** The network of the fixture: two convolutions with tanh between them. */
function network(): LayersModel {
  const image = input({ shape: [null, null, 3] });
  const hidden = layers
    .conv2d({
      name: 'encoder.conv',
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      activation: 'tanh',
    })
    .apply(image);
  const logits = layers.conv2d({ name: 'head', filters: 2, kernelSize: 1 }).apply(hidden);
  const made = model({ inputs: image, outputs: logits as SymbolicTensor });
  const [kernel, bias, headKernel, headBias] = [
    tf.tidy(() =>
      tf.transpose(tf.tensor4d(signed('encoder.weight', 108), [4, 3, 3, 3]), [2, 3, 1, 0]),
    ),
    tf.tensor1d(signed('encoder.bias', 4)),
    tf.tidy(() => tf.transpose(tf.tensor4d(signed('head.weight', 8), [2, 4, 1, 1]), [2, 3, 1, 0])),
    tf.tensor1d(signed('head.bias', 2)),
  ];
  const whole = [kernel, bias, headKernel, headBias] as tf.Tensor[];
  const halves = whole.map((one) => tf.div(one, 2));
  made.setWeights(halves);
  tf.dispose([...whole, ...halves]);
  return made;
}

/** The weights in the order and with the axes of the fixture. */
async function torchWeights(made: LayersModel): Promise<Record<string, Float32Array>> {
  const found: Record<string, Float32Array> = {};
  for (const { name, variable: weight } of namedWeights(made)) {
    const key = name.replace('.conv', '').replace('/kernel', '.weight').replace('/', '.');
    const ordered = weight.rank === 4 ? tf.transpose(weight, [3, 2, 0, 1]) : tf.clone(weight);
    found[key] = await ordered.data<'float32'>();
    ordered.dispose();
  }
  return found;
}

function batchOf(k: number): Batch {
  const labels = Array.from(uniform(`label${k}`, 256), (u) => (u < 0.2 ? [0, 1] : [1, 0]));
  return {
    ...{ count: 4, height: 8, width: 8, channels: 3, classes: 2 },
    images: signed(`image${k}`, 4 * 64 * 3),
    labels: Float32Array.from(labels.flat()),
  };
}

describeBackends('trainStep', () => {
  const runs = Object.entries(networks).flatMap(([title, one]) =>
    [1, 2, 4].map((parts) => [title, parts, one] as const),
  );
  test.each(runs)(
    "%s, in %i parts: losses, weights and averages of PyTorch's in float64",
    async (_, parts, { losses, weights, averages, ...config }) => {
      const made = network();
      if (config.freeze) freeze(made, ['encoder']);
      const length = { steps: losses.length, stepsPerEpoch: losses.length };
      const schedule = createSchedule(config.schedule, config.learningRate, length);
      const { decay, encoderRate } = config;
      const optimizer = createOptimizer(
        config.optimizer,
        groupWeights(made, config.freeze ? { decay } : { decay, encoderRate }),
      );
      const followed =
        config.average === null ? undefined : new WeightAverage(made, { decay: config.average });
      const loss = createLoss('cross-entropy');
      const clipNorm = config.clipNorm ?? undefined;
      const options = { model: made, loss, optimizer, parts, clipNorm, average: followed };
      const found: number[] = [];
      for (let k = 0; k < losses.length; k++) {
        found.push(await trainStep(options, batchOf(k), schedule(k)));
      }
      expect(found).toBeAllclose(losses, { rtol: 1e-5, atol: 1e-6 });
      const close = { rtol: 1e-5, atol: 1e-5 };
      for (const [key, values] of Object.entries(await torchWeights(made))) {
        expect(values, key).toBeAllclose(weights[key]!, close);
      }
      await followed?.during(async () => {
        for (const [key, values] of Object.entries(await torchWeights(made))) {
          expect(values, `average of ${key}`).toBeAllclose(averages![key]!, close);
        }
      });
      // After it, the network has its own weights again.
      for (const [key, values] of Object.entries(await torchWeights(made))) {
        expect(values, key).toBeAllclose(weights[key]!, close);
      }
      followed?.dispose();
      optimizer.dispose();
      made.dispose();
    },
  );

  it('leaves no tensors behind, in parts, clipped and averaged', async () => {
    const made = network();
    const sgd = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } as const;
    const optimizer = createOptimizer(sgd, groupWeights(made));
    const followed = new WeightAverage(made, { decay: 0.9 });
    const loss = createLoss(['blob', 'boundary'].map((name) => ({ name }) as { name: 'blob' }));
    const options = { model: made, loss, optimizer, parts: 2, clipNorm: 1, average: followed };
    await expectNoNewTensors(() => trainStep(options, batchOf(0), 0.1));
    followed.dispose();
    optimizer.dispose();
    made.dispose();
  });
});

describe('WeightAverage', () => {
  const weightsOf = (k: number) =>
    tf.tidy(() => tf.tensor4d(signed(`average${k}`, 12), [1, 1, 6, 2]));
  const made = () => {
    const image = input({ shape: [null, null, 6] });
    const conv = layers.conv2d({ name: 'head', filters: 2, kernelSize: 1, useBias: false });
    return model({ inputs: image, outputs: conv.apply(image) as SymbolicTensor });
  };

  it.each([-1, 2])("is PyTorch's AveragedModel, also restored (at %i)", async (restoreAt) => {
    const one = made();
    let followed = new WeightAverage(one, { decay: average.decay });
    for (const [k, expected] of average.values.entries()) {
      if (k === restoreAt) {
        const state = await storedTensors(followed.state());
        followed.dispose();
        followed = new WeightAverage(one, { decay: average.decay });
        followed.restore(state);
      }
      // The fixture's are [2, 6]; element by element it is the same average.
      const weights = weightsOf(k);
      one.setWeights([weights]);
      weights.dispose();
      followed.update();
      const values = await [...followed.state().values()][0]!.data();
      expect(values).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-7 });
    }
    followed.dispose();
    one.dispose();
  });

  it('gives the network its own weights back where the work fails, and refuses what it lacks', async () => {
    const one = made();
    const followed = new WeightAverage(one, { decay: 0.5 });
    followed.update();
    const weights = weightsOf(0);
    one.setWeights([weights]);
    weights.dispose();
    const failing = followed.during(async () => {
      throw new Error('no score');
    });
    await expect(failing).rejects.toThrow('no score');
    expect(await one.weights[0]!.read().data()).toEqual(signed('average0', 12));
    expect(() =>
      followed.restore(new Map([['other', { shape: [1], data: new Float32Array(1) }]])),
    ).toThrow("the average of weight 'head/kernel' is missing");
    expect(() => new WeightAverage(one, { decay: 1 })).toThrow('from 0 to below 1, got 1');
    followed.dispose();
    one.dispose();
  });
});
