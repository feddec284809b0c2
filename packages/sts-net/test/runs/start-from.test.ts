import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { anewText } from '@sts-net/experiment';
import { Conv2D } from '@sts-net/layers-core';
import { createModel } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { input, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { startFrom } from '../../src/runs/start-from.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import {
  readSafetensors,
  readTorchCheckpoint,
  saveSafetensors,
  writeSafetensors,
} from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
  await go('first', tinyModel(), { average: { decay: 0.5 } });
});

const still = { optimizer: { learningRate: 0, weightDecay: 0 }, steps: 1 };

/** Trains a network, which is disposed. */
async function go(
  output: string,
  model: LayersModel,
  changes: Record<string, unknown>,
  {
    classes = 2,
    context = 1,
    ...options
  }: TrainOptions & { classes?: number; context?: number } = {},
) {
  const base = configFor();
  const config = configFor({
    output,
    model: { ...(base['model'] as object), classes },
    preprocessing: { context },
    training: { ...(base['training'] as object), ...changes },
  });
  try {
    const result = await train(validateConfig(config), { baseFolder: data, model, ...options });
    return { ...result, log: await readLog(join(result.output, 'log.jsonl')) };
  } finally {
    model.dispose();
  }
}

type Trained = Awaited<ReturnType<typeof go>>;

const weightsOf = (path: string) => {
  const kept = [...readSafetensors(path)].filter(([name]) => !/^(optimizer|average)\//.test(name));
  return new Map(kept);
};
const started = ({ log }: Trained) => log.find((one) => one.event === 'start')!.pretrained;
const said = ({ log }: Trained) =>
  log.flatMap((one) => (one.event === 'warning' ? [one.message] : []));

/** Statistics of normalisations move with a learning rate of zero too. */
const trained = (weights: ReadonlyMap<string, unknown>) =>
  [...weights].filter(([name]) => !name.includes('/moving'));

describe('`training.pretrained` with a path', () => {
  it.each([
    ['a run’s folder, whose best weights are taken', 'first', 'first/best.safetensors'],
    ['its best weights', 'first/best.safetensors', 'first/best.safetensors'],
    ['its checkpoint', 'first/last.safetensors', 'first/last.safetensors'],
  ])('starts from %s', async (_, path, file) => {
    const run = await go(`from-${path.replace('/', '-')}`, tinyModel(), {
      ...still,
      pretrained: { path },
    });
    const from = join(data, file);
    expect(trained(weightsOf(join(run.output, 'last.safetensors')))).toEqual(
      trained(weightsOf(from)),
    );
    const sha256 = createHash('sha256').update(readFileSync(from)).digest('hex');
    expect(started(run)).toEqual({ path: from, sha256, taken: 3, anew: [] });
    expect(said(run)).toEqual([]);
  });

  it.each([
    ['other classes', 'classes', { classes: 3 }, ['head']],
    ['other channels', 'channels', { context: 0 }, ['stem.conv']],
    ['both', 'both', { classes: 4, context: 2 }, ['stem.conv', 'head']],
  ])('for %s names the layers that start anew', async (_, name, change, anew) => {
    const { context = 1, classes = 2 } = change as { context?: number; classes?: number };
    const network = () => tinyModel(2 * context + 1, classes);
    const training = { ...still, pretrained: { path: 'first' } };
    const run = await go(`other-${name}`, network(), training, change);
    const plain = await go(`plain-${name}`, network(), still, change);
    const [own, first, blank] = [
      join(run.output, 'last.safetensors'),
      join(data, 'first/best.safetensors'),
      join(plain.output, 'last.safetensors'),
    ].map((path) => new Map(trained(weightsOf(path))));
    for (const [weight, value] of own!) {
      const isAnew = anew.includes(weight.slice(0, weight.lastIndexOf('/')));
      if (!isAnew) expect(value, weight).toEqual(first!.get(weight));
      else
        expect((value as { shape: number[] }).shape).toEqual(
          (blank!.get(weight) as { shape: number[] }).shape,
        );
    }
    expect(started(run)).toMatchObject({ anew, taken: 3 - anew.length });
    expect(said(run)).toEqual([
      `${anew.length} of 3 layers start anew, since '${join(data, 'first/best.safetensors')}' has no weights for them or has them in another shape: ${anew.join(', ')}`,
    ]);
  });

  it('starts from what torch.save wrote', async () => {
    // Its conv1.weight, [2, 3, 2, 2], is of an encoder alone.
    const name = 'python2.pth';
    const fixtures = join(import.meta.dirname, '../../../model/test/fixtures/checkpoints');
    copyFileSync(join(fixtures, name), join(data, name));
    const image = input({ shape: [null, null, 3] });
    const logits = [
      new Conv2D({ name: 'encoder.conv1', filters: 2, kernelSize: 2, padding: 'same' }),
      new Conv2D({ name: 'head', filters: 2, kernelSize: 1 }),
    ].reduce((x, layer) => layer.apply(x) as SymbolicTensor, image);
    const network = modelOf({ inputs: image, outputs: logits });
    const run = await go('torch', network, { ...still, pretrained: { path: name } });
    expect(started(run)).toMatchObject({ path: join(data, name), taken: 1, anew: ['head'] });
    const kernel = readSafetensors(join(run.output, 'last.safetensors')).get(
      'encoder.conv1/kernel',
    );
    const { data: oihw } = readTorchCheckpoint(join(data, name)).get('conv1.weight')!;
    for (let o = 0; o < 2; o++) {
      for (let i = 0; i < 3; i++) {
        for (let p = 0; p < 4; p++) {
          expect(kernel!.data[(p * 3 + i) * 2 + o]).toBe(oihw[(o * 3 + i) * 4 + p]);
        }
      }
    }
  });

  it('names no more than eight layers', async () => {
    const build = (decoder: 'fpn' | 'unet') =>
      createModel({ encoder: 'resnet18', decoder, classes: 2, inputShape: [32, 32, 3] });
    const [source, network] = [build('fpn'), build('unet')];
    const path = join(data, 'fpn.safetensors');
    await saveSafetensors(source, path);
    const start = await startFrom(network, path);
    source.dispose();
    network.dispose();
    const { anew } = start;
    expect(anew.length).toBeGreaterThan(8);
    expect(anew.every((name) => !name.startsWith('encoder.'))).toBe(true);
    expect(anewText(start)).toMatch(
      new RegExp(`: ${anew.slice(0, 8).join(', ')} and ${anew.length - 8} more$`),
    );
  });

  it('a run that is resumed does not look at the file again, which may be gone or another', async () => {
    const path = join(data, 'once.safetensors');
    copyFileSync(join(data, 'first/best.safetensors'), path);
    const changes = { pretrained: { path: 'once.safetensors' } };
    const straight = await go('straight', tinyModel(), changes);
    const controller = new AbortController();
    await go('resumed', tinyModel(), changes, {
      signal: controller.signal,
      callbacks: ({ event, step }) => {
        if (event === 'step' && step === 2) controller.abort();
      },
    });
    rmSync(path);
    const resumed = await go('resumed', tinyModel(), changes, { resume: true });
    const last = ({ output }: Trained) => readSafetensors(join(output, 'last.safetensors'));
    expect(last(resumed)).toEqual(last(straight));
    expect(started(resumed)).toEqual(started(straight));
  });

  it('the run that it starts from stays as it is', async () => {
    const files = ['best.safetensors', 'last.safetensors', 'log.jsonl', 'config.json', 'data.json'];
    const read = () => files.map((name) => readFileSync(join(data, 'first', name)));
    const before = read();
    await go('beside', tinyModel(), { ...still, pretrained: { path: 'first' } });
    expect(read()).toEqual(before);
  });
});

describe('what is no start is an error that names file and cure, and leaves no run', () => {
  const strange = { shape: [1], data: new Float32Array(1) };
  it.each([
    ['nothing there', () => {}, /cannot read '.*start'/],
    ['a folder without weights', (path: string) => mkdirSync(path), /must hold the weights 'best/],
    ['no weights', (path: string) => writeFileSync(path, 'text'), /start' must h/],
    [
      'weights of another network',
      (path: string) => writeSafetensors(path, new Map([['a.b', strange]])),
      /`training.pretrained`: '.*start': none of the 3 layers with weights fits these 1 tensors/,
    ],
    [
      'one bit changed',
      (path: string) => {
        const bytes = readFileSync(join(data, 'first/best.safetensors'));
        bytes[bytes.length - 9]! ^= 4;
        writeFileSync(path, bytes);
      },
      /start' is damaged/,
    ],
  ])('%s', async (name, make, message) => {
    const path = join(data, name, 'start');
    mkdirSync(join(data, name));
    await make(path);
    const output = `refused-${name}`;
    const changes = { ...still, pretrained: { path: join(name, 'start') } };
    await expect(go(output, tinyModel(), changes)).rejects.toThrow(message);
    // Nothing has begun.
    expect(await go(output, tinyModel(), still)).toMatchObject({ finished: true });
  });

  it('a path must be there', () => {
    const training = { ...(configFor()['training'] as object), pretrained: { path: '' } };
    expect(() => validateConfig(configFor({ training }))).toThrow('training.pretrained');
  });
});
