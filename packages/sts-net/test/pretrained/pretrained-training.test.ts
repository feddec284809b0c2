import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { buildModel } from '@sts-net/experiment';
import { temporaryFolder } from '@sts-net/testing';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { train } from '../../src/runs/train.ts';
import { readSafetensors, saveSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { serve, whole } from './file-server.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A config whose optimizer changes nothing, so that the weights it started from are those it leaves. */
function config(output: string, pretrained: unknown) {
  const base = configFor({ output });
  return validateConfig({
    ...base,
    model: { encoder: 'mobilenet_v2', decoder: 'unet' },
    training: {
      ...(base as unknown as { training: object }).training,
      steps: 1,
      optimizer: { learningRate: 0, weightDecay: 0 },
      pretrained,
    },
  });
}

test('`training.pretrained` gives the encoder its start, a resumed run keeps its own weights', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('STS_NET_CACHE', folder);
  const other = buildModel({ ...config('x', 'imagenet'), seed: 99 });
  const path = join(folder, 'published.safetensors');
  await saveSafetensors(other, path);
  other.dispose();
  const bytes = readFileSync(path);
  const server = await serve(whole(bytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { url: `${server.url}/published-1.safetensors`, sha256 };
  const events: number[] = [];
  const result = await train(config('pretrained', file), {
    baseFolder: data,
    onDownload: ({ received }) => events.push(received),
  });
  expect(events.at(-1)).toBe(bytes.length);
  const trained = readSafetensors(join(result.output, 'last.safetensors'));
  const published = readSafetensors(path).get('encoder.features.3.conv.2.weight')!;
  const kernel = trained.get('encoder.features.3.conv.2/kernel')!;
  // One by one: [out, in, 1, 1] against [1, 1, in, out].
  const [outputs, inputs] = published.shape as [number, number];
  const transposed = Array.from(
    kernel.data,
    (_, i) => kernel.data[(i % inputs) * outputs + Math.floor(i / inputs)],
  );
  expect(transposed).toEqual([...published.data]);
  await train(config('pretrained', file), { baseFolder: data, resume: true });
  expect(server.requests).toEqual([undefined]);
  await server.close();
});

test('a file in the cache that is another ends the training before it begins', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('STS_NET_CACHE', folder);
  writeFileSync(join(folder, 'mobilenet_v2-b0353104.pth'), 'not it');
  await expect(train(config('refused', 'imagenet'), { baseFolder: data })).rejects.toThrow(
    /mobilenet_v2-b0353104\.pth' must have a SHA-256 that begins with b0353104/,
  );
});

test.each([
  ['coco', /training\.pretrained/],
  [{ url: 'ftp://a/b.pth', sha256: '01234567' }, /training\.pretrained/],
  [{ url: 'https://a/b.pth', sha256: '0123' }, /training\.pretrained/],
])('the config refuses %j', (pretrained, message) => {
  expect(() => config('x', pretrained)).toThrow(message);
});
