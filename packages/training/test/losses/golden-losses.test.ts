import { readFileSync } from 'node:fs';
import { describeBackends, signed } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { createLoss, type LossConfig } from '../../src/index.ts';
import { oneHot, valueAndGradient } from './values.ts';

/** References of tools/fixtures/training/losses.py: PyTorch, MONAI, SMP and plain loops, in float64. */
interface Fixture {
  readonly truths: Readonly<
    Record<
      string,
      {
        readonly classes: number;
        readonly shape: readonly [number, number, number];
        readonly labels: string;
      }
    >
  >;
  readonly cases: readonly {
    readonly truth: string;
    readonly loss: string;
    readonly options: object;
    readonly value: number;
    readonly norm: number;
    readonly along: number;
    readonly elements: readonly (readonly [index: number, value: number])[];
  }[];
  readonly ccDice: readonly {
    readonly truth: readonly string[];
    readonly prediction: readonly string[];
    readonly ccDice: number;
  }[];
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
const { truths, cases, ccDice }: Fixture = read('losses');
/** References of tools/fixtures/training/structure.py: its equations in PyTorch, in float64. */
const structure: Pick<Fixture, 'truths' | 'cases'> = read('structure');
const all = [
  ...cases.map((one) => ({ ...one, of: truths[one.truth]! })),
  ...structure.cases.map((one) => ({ ...one, of: structure.truths[one.truth]! })),
];

describeBackends('losses', () => {
  test.each(all.map((one) => [one.loss, JSON.stringify(one.options), one.truth, one] as const))(
    '%s %s of truth "%s": value to 1e-5, gradient to 1e-4 of references in float64',
    async (name, _, truth, expected) => {
      const { classes, shape, labels } = expected.of;
      const logits = signed(truth, labels.length * classes).map((z) => 3 * z);
      const loss = createLoss({ name, ...expected.options } as LossConfig);
      const { value, gradient } = await valueAndGradient(
        loss,
        oneHot(labels, shape, classes),
        logits,
      );
      expect([value]).toBeAllclose([expected.value], { rtol: 1e-5, atol: 1e-7 });
      const along = signed('along', gradient.length);
      const { norm, elements } = expected;
      expect([Math.hypot(...gradient)], 'norm').toBeAllclose([norm], { rtol: 1e-4, atol: 1e-9 });
      expect(
        [gradient.reduce((sum, g, i) => sum + g * along[i]!, 0)],
        'along a direction',
      ).toBeAllclose([expected.along], { rtol: 0, atol: 1e-4 * norm + 1e-9 });
      expect(
        elements.map(([i]) => gradient[i]!),
        'elements',
      ).toBeAllclose(
        elements.map(([, element]) => element),
        { rtol: 1e-4, atol: (1e-4 * norm) / Math.sqrt(gradient.length) + 1e-9 },
      );
    },
  );

  test.each(ccDice.map((one, i) => [i, one] as const))(
    'the Dice part of CC-DiceCE of hard masks is 1 − CC-Dice of ccmetrics (%i)',
    async (_, one) => {
      const digits = one.truth.join('');
      const logits = Float32Array.from(
        [...one.prediction.join('')].flatMap((p) => [0, p === '1' ? 60 : -60]),
      );
      const loss = createLoss({ name: 'cc-dice-cross-entropy', base: 'dice', alpha: 0 });
      const shape = [1, one.truth.length, one.truth[0]!.length] as const;
      const { value } = await valueAndGradient(loss, oneHot(digits, shape, 2), logits);
      expect([value]).toBeAllclose([1 - one.ccDice], { rtol: 1e-4, atol: 1e-5 });
    },
  );
});
