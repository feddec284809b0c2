import { useBackend } from '@sts-net/backend';
import { expectNoNewTensors, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createLoss,
  type LossChoice,
  type LossConfig,
  type LossName,
  losses,
} from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';
import { oneHot, valueAndGradient } from './values.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const names = Object.keys(losses) as LossName[];

/** A lesion of ten pixels in a patch of 96². */
const patch = (() => {
  const size = 96;
  const lesion = [0, 1, 2, 3].flatMap((row) =>
    [0, 1, 2].filter((column) => row < 3 || column === 0).map((column) => [40 + row, 60 + column]),
  ) as [number, number][];
  const places = lesion.map(([row, column]) => row * size + column);
  const digits = Array.from({ length: size * size }, (_, i) => (places.includes(i) ? '1' : '0'));
  return { size, places, truth: oneHot(digits.join(''), [1, size, size], 2) };
})();

/** What the loss of a network that misses the lesion pulls its ten pixels up by, at a logit each. */
async function pull(loss: LossChoice, missed: number): Promise<number> {
  const logits = new Float32Array(patch.size ** 2 * 2);
  for (let i = 0; i < logits.length; i += 2) logits[i] = missed;
  const { gradient } = await valueAndGradient(createLoss(loss), patch.truth, logits);
  return patch.places.reduce((sum, place) => sum - gradient[2 * place + 1]!, 0);
}

describe('a lesion of ten pixels in a patch of 96²', () => {
  it('has ten pixels', () => expect(patch.places).toHaveLength(10));

  // p is 0.018 everywhere: what a network says that has learnt that lesions are rare.
  it.each(names)('is pulled up by %s', async (name) => {
    // Its slope at the border is 0, and within it p·(1 − p) / 9216 a pixel.
    const least = name === 'boundary' ? 1e-6 : 1e-4;
    expect(await pull(name, 4)).toBeGreaterThan(least);
  });

  it.each([
    'dice',
    'dice-cross-entropy',
    'tversky',
    'focal-tversky',
    'blob',
    'cc-dice-cross-entropy',
  ] as const)('is pulled up less where %s is smoothed', async (name) => {
    expect(await pull({ name, smoothing: 100 } as LossChoice, 4)).toBeLessThan(await pull(name, 4));
  });

  it.each(['blob', 'cc-dice-cross-entropy'] as const)(
    'beside a large one that is found is still pulled up by %s, hardly by Dice',
    async (name) => {
      const { size, places } = patch;
      const isLarge = (i: number) => i >= 80 * size;
      const digits = Array.from({ length: size * size }, (_, i) =>
        isLarge(i) || places.includes(i) ? '1' : '0',
      );
      const logits = Float32Array.from({ length: 2 * size * size }, (_, k) => {
        const i = Math.floor(k / 2);
        return k % 2 === 0 ? 0 : isLarge(i) ? 9 : places.includes(i) ? -4 : -9;
      });
      const truth = oneHot(digits.join(''), [1, size, size], 2);
      const pulled = async (choice: LossChoice) => {
        const { gradient } = await valueAndGradient(createLoss(choice), truth, logits);
        return places.reduce((sum, place) => sum - gradient[2 * place + 1]!, 0);
      };
      const instances = await pulled({ name, base: 'dice', alpha: 0 } as LossChoice);
      expect(instances).toBeGreaterThan(50 * (await pulled('dice')));
    },
  );
});

describe.each(names)('%s', (name) => {
  const loss = createLoss(name);
  const digits = '001011020010221100000002';
  const truth = oneHot(digits, [2, 3, 4], 3);
  const logits = signed('logits', 72).map((z) => 3 * z);

  it('stays finite for extreme logits', async () => {
    for (const scale of [1e4, 1e-4, 0]) {
      const { value, gradient } = await valueAndGradient(
        loss,
        truth,
        logits.map((z) => z * scale),
      );
      expect([value, ...gradient].every(Number.isFinite)).toBe(true);
    }
  });

  it('is 0 where no pixel counts, and pulls nowhere', async () => {
    const nothing = oneHot('9'.repeat(24), [2, 3, 4], 3);
    const { value, gradient } = await valueAndGradient(loss, nothing, logits);
    expect(Math.abs(value)).toBe(0);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });

  it('passes the gradient from above on', async () => {
    const doubled = createLoss([{ name, weight: 2 }]);
    const [one, two] = [
      await valueAndGradient(loss, truth, logits),
      await valueAndGradient(doubled, truth, logits),
    ];
    expect(two.value).toBeCloseTo(2 * one.value, 5);
    expect(two.gradient).toBeAllclose(one.gradient.map((g) => 2 * g));
  });

  it('does not look at pixels that do not count', async () => {
    const partly = oneHot(`${digits.slice(0, 6)}999${digits.slice(9)}`, [2, 3, 4], 3);
    const others = logits.map((z, i) => (i >= 18 && i < 27 ? -5 * z : z));
    const [one, two] = [
      await valueAndGradient(loss, partly, logits),
      await valueAndGradient(loss, partly, others),
    ];
    expect(two.value).toBeCloseTo(one.value, 6);
    expect(two.gradient).toBeAllclose(one.gradient, { rtol: 1e-5, atol: 1e-8 });
    expect([...two.gradient.slice(18, 27)].every((g) => g === 0)).toBe(true);
  });

  it('refuses labels of another shape, and class weights that are not one for each class', () => {
    const run = (classes: number, choice: LossChoice) => {
      const { maps, value } = mapped(createLoss(choice));
      tf.tidy(() => {
        const tensors = Object.entries(maps(truth)).map(([key, { data, shape }]) => {
          return [key, tf.tensor(data, [...shape])] as const;
        });
        const z = tf.zeros([2, 3, 4, classes]) as tf.Tensor4D;
        value(tf.tensor4d(truth.labels, [2, 3, 4, 3]), z, Object.fromEntries(tensors));
      });
    };
    expect(() => run(2, name)).toThrow("labels must be one-hot of the logits' shape [2,3,4,2]");
    for (const classWeights of [
      [1, 1],
      [1, -1, 1],
      [0, 0, 0],
      [1, Number.NaN, 1],
    ]) {
      expect(() => run(3, { name, classWeights } as LossChoice)).toThrow(
        `\`${name}\`: \`classWeights\` must be 3 numbers`,
      );
    }
  });

  it('leaves no tensors behind', async () => {
    await expectNoNewTensors(() => valueAndGradient(loss, truth, logits));
  });

  it('makes maps of shapes that do not depend on where lesions lie', () => {
    const shapes = (digits: string) =>
      Object.values(mapped(loss).maps(oneHot(digits, [2, 3, 4], 3))).map(({ shape }) => shape);
    expect(shapes('0'.repeat(24))).toEqual(shapes(digits));
  });
});

// Of these, nothing depends on where pixels lie.
describe.each([
  'cross-entropy',
  'top-k-cross-entropy',
  'focal',
  'dice',
  'dice-cross-entropy',
  'tversky',
  'focal-tversky',
  'lovasz-softmax',
] as const)('%s of a batch with pixels that do not count', (name) => {
  it.each([undefined, [0.5, 1, 3]])('is that of the other pixels alone, weights %j', async (w) => {
    const loss = createLoss({ name, ...(w && { classWeights: w }) } as LossConfig);
    const digits = '90101102992001022119000099012';
    const kept = [...digits].flatMap((digit, i) => (digit === '9' ? [] : [i]));
    const logits = signed('logits', 3 * digits.length).map((z) => 3 * z);
    const whole = await valueAndGradient(loss, oneHot(digits, [1, 1, digits.length], 3), logits);
    const alone = await valueAndGradient(
      loss,
      oneHot(digits.replaceAll('9', ''), [1, 1, kept.length], 3),
      Float32Array.from(kept.flatMap((i) => [...logits.subarray(3 * i, 3 * i + 3)])),
    );
    expect([whole.value]).toBeAllclose([alone.value], { rtol: 1e-6, atol: 1e-7 });
    const scattered = new Float32Array(logits.length);
    for (const [at, i] of kept.entries()) {
      scattered.set(alone.gradient.subarray(3 * at, 3 * at + 3), 3 * i);
    }
    expect(whole.gradient).toBeAllclose(scattered, { rtol: 1e-5, atol: 1e-7 });
  });
});

describe('createLoss', () => {
  it('sums losses by their weights, each with its own maps', async () => {
    const truth = oneHot('001011000010', [1, 3, 4], 2);
    const logits = signed('logits', 24);
    const mean = (_: tf.Tensor4D, z: tf.Tensor4D) => tf.mean(tf.square(z)) as tf.Scalar;
    const parts = ['blob', 'boundary', 'cross-entropy', mean] as const;
    const each = await Promise.all(
      parts.map((part) => valueAndGradient(createLoss(part), truth, logits)),
    );
    const sum = createLoss([
      { name: 'blob', weight: 3 },
      { name: 'boundary', weight: 0.01 },
      { name: 'cross-entropy' },
      { name: mean, weight: 0.5 },
    ]);
    const { value, gradient } = await valueAndGradient(sum, truth, logits);
    const weights = [3, 0.01, 1, 0.5];
    const total = (of: (one: (typeof each)[number]) => number) =>
      each.reduce((all, one, i) => all + weights[i]! * of(one), 0);
    expect([value]).toBeAllclose([total((one) => one.value)]);
    expect(gradient).toBeAllclose(
      Array.from(gradient, (_, i) => total((one) => one.gradient[i]!)),
      { rtol: 1e-5, atol: 1e-7 },
    );
  });

  it.each<[LossChoice, string]>([
    ['dise' as LossName, "there is no 'dise'; there are cross-entropy, top-k-cross-entropy, focal"],
    [[], 'a sum must have at least one part'],
    [[{ name: 'dice', weight: -1 }], '`weight` must be a number at least 0, got -1'],
    [{ name: 'dice', smoothing: 0 }, '`dice`: `smoothing` must be a number above 0, got 0'],
    [{ name: 'tversky', alpha: -1 }, '`tversky`: `alpha` must be a number at least 0, got -1'],
    [{ name: 'focal', gamma: Number.NaN }, '`focal`: `gamma` must be a number at least 0, got NaN'],
    [{ name: 'focal-tversky', gamma: 0 }, '`gamma` must be a number above 0, got 0'],
    [{ name: 'top-k-cross-entropy', share: 0 }, '`share` must be above 0 and at most 1, got 0'],
    [{ name: 'blob', beta: -2 }, '`blob`: `beta` must be a number at least 0, got -2'],
  ])('refuses %j', (choice, message) => {
    expect(() => createLoss(choice)).toThrow(message);
  });
});
