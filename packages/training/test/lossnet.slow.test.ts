import { readFileSync } from 'node:fs';
import type { StoredTensor } from '@sts-net/model';
import { describeBackends, recipeStateDict, uniform } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { createLoss, lossNet } from '../src/index.ts';
import { lossValue, valueAndGradient } from './losses/values.ts';

// The authors' LossNet in float64, by tools/fixtures/model: weights and prediction by the recipe.
const golden: { readonly loss_resized_224: number; readonly keys: [string, number[]][] } =
  JSON.parse(readFileSync(new URL('./fixtures/lossnet.json', import.meta.url), 'utf8'));
const [height, width] = [96, 128];

function weights(): Map<string, StoredTensor> {
  const shapes = golden.keys.map(([key, shape]) => [`lossnet.${key}`, shape] as const);
  const made = recipeStateDict(Object.fromEntries(shapes));
  return new Map([...made].map(([key, tensor]) => [key.slice('lossnet.'.length), tensor]));
}

/** Logits whose probabilities are those of the golden, for its first images. */
function logits(count: number): Float32Array {
  const p = uniform('pred', count * height * width);
  return Float32Array.from([...p].flatMap((value) => [0, Math.log(value / (1 - value))]));
}

const truth = (count: number) => ({
  ...{ count, height, width, classes: 2 },
  labels: Float32Array.from(
    [...uniform('label', count * height * width)].flatMap((u) => (u < 0.2 ? [0, 1] : [1, 0])),
  ),
});

describeBackends('LossNet', () => {
  test('golden: the value of the authors’ network', async () => {
    const value = await lossValue(lossNet(weights()), truth(2), logits(2));
    expect([value]).toBeAllclose([golden.loss_resized_224], { rtol: 1e-4 });
  });

  test('its derivative is the slope of its value; it stands in a sum', async () => {
    const net = lossNet(weights());
    const [one, z] = [truth(1), logits(1)];
    const { gradient, value } = await valueAndGradient(net, one, z);
    // Along the gradient, where float32 tells two values apart.
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const step = 0.05;
    const moved = z.map((logit, i) => logit + (step * gradient[i]!) / norm);
    const ahead = await lossValue(net, one, moved);
    expect((ahead - value) / step / norm).toBeGreaterThan(0.9);
    expect((ahead - value) / step / norm).toBeLessThan(1.1);
    const sum = createLoss([{ name: 'structure' }, { name: net, weight: 0.1 }]);
    const alone = await lossValue(createLoss('structure'), one, z);
    const both = await lossValue(sum, one, z);
    expect([both]).toBeAllclose([alone + 0.1 * value], { rtol: 1e-5 });
  });
}, ['wasm', 'ort']);

describeBackends('LossNet', () => {
  test('pixels on which nothing counts do not move it', async () => {
    const net = lossNet(weights());
    const labels = truth(1).labels.map((one, i) => (i < 200 ? 0 : one));
    const known = { ...truth(1), labels };
    const { gradient, value } = await valueAndGradient(net, known, logits(1));
    expect([...gradient.subarray(0, 200)].every((one) => one === 0)).toBe(true);
    const other = logits(1).map((one, i) => (i < 200 ? 3 * one + 1 : one));
    expect(await lossValue(net, known, other)).toBe(value);
  });
}, ['ort']);

test('what is missing or has another shape is named, with where it is', () => {
  expect(() => lossNet(new Map())).toThrow(
    "`lossNet`: weights must hold 'features.0.weight' of VGG16, [64, 3, 3, 3], got none; torchvision's vgg16-397923af.pth has it.",
  );
  const wrong = new Map([
    ['features.0.weight', { shape: [64, 3, 1, 1], data: new Float32Array(192) }],
  ]);
  expect(() => lossNet(wrong)).toThrow('[64, 3, 3, 3], got [64, 3, 1, 1]');
});
