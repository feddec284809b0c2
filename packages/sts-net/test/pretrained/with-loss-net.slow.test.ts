import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { type Loss, lossSchema } from '@sts-net/experiment';
import { encodeSafetensors } from '@sts-net/model';
import { recipeStateDict, temporaryFolder } from '@sts-net/testing';
import { createLoss, losses, lossNet } from '@sts-net/training';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { valueAndGradient } from '../../../training/test/losses/values.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import type { TrainEvent } from '../../src/loggers/run-log.ts';
import { withLossNet } from '../../src/pretrained/with-loss-net.ts';
import { train } from '../../src/runs/train.ts';
import { configFor, makeData } from '../make-data.ts';

const { keys }: { readonly keys: [string, number[]][] } = JSON.parse(
  readFileSync(new URL('../../../training/test/fixtures/lossnet.json', import.meta.url), 'utf8'),
);
const weights = recipeStateDict(Object.fromEntries(keys));

let data: string;
beforeAll(async () => {
  await useBackend('ort');
  data = await makeData();
  writeFileSync(join(data, 'vgg16.safetensors'), Buffer.concat(encodeSafetensors(weights)));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const training = (loss: unknown, output: string) => {
  const base = configFor({ output }) as unknown as { training: object };
  return validateConfig({ ...base, training: { ...base.training, steps: 1, loss } });
};

test('`lossnet` in a config compares by the weights of its file, alone and in a sum', async () => {
  const path = 'vgg16.safetensors';
  const labels = Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1);
  const truth = { count: 1, height: 2, width: 2, classes: 2, labels };
  const logits = Float32Array.of(0, 2, 0, -1, 0, 1, 0, 3);
  const of = async (loss: Loss) => {
    const made = createLoss(await withLossNet(loss, data));
    return (await valueAndGradient(made, truth, logits)).value;
  };
  const { value: expected } = await valueAndGradient(lossNet(weights), truth, logits);
  expect(await of({ name: 'lossnet', path })).toBe(expected);
  const alone = await of('structure');
  const sum = await of([
    { name: 'structure', weight: 1 },
    { name: 'lossnet', path, weight: 0.1 },
  ]);
  expect(sum).toBeCloseTo(alone + 0.1 * expected, 4);
});

test('a run trains by it', async () => {
  const loss = [{ name: 'structure' }, { name: 'lossnet', path: 'vgg16.safetensors', weight: 0.1 }];
  const events: TrainEvent[] = [];
  await train(training(loss, 'by-lossnet'), {
    baseFolder: data,
    callbacks: (event) => events.push(event),
  });
  const steps = events.filter((one) => one.event === 'step');
  expect(steps.map((one) => Number.isFinite(one.loss))).toEqual([true]);
});

test('a file that is not it is named', async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  vi.stubEnv('STS_NET_CACHE', folder);
  writeFileSync(join(folder, 'vgg16-397923af.pth'), 'cut off');
  await expect(train(training('lossnet', 'a'), { baseFolder: data })).rejects.toThrow(
    /'.*vgg16-397923af\.pth' must have a SHA-256 that begins with 397923af/,
  );
  writeFileSync(join(data, 'other.safetensors'), Buffer.concat(encodeSafetensors(new Map())));
  const other = training({ name: 'lossnet', path: 'other.safetensors' }, 'b');
  await expect(train(other, { baseFolder: data })).rejects.toThrow(
    /`training\.loss`: '.*other\.safetensors': .*'features\.0\.weight' of VGG16/,
  );
});

test('every loss that is there by name is one of a config', () => {
  for (const name of [...Object.keys(losses), 'lossnet']) {
    expect(lossSchema.parse(name)).toBe(name);
    expect(lossSchema.parse({ name })).toEqual({ name });
    expect(lossSchema.parse([{ name }])).toEqual([{ name, weight: 1 }]);
  }
});
