import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EncoderSpec, encoders } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import type { DecoderSpec } from '@sts-net/decoders';
import { BatchNormalization, Conv2D, ReLU, UpsampleNearest } from '@sts-net/layers-core';
import { createModel, torchStateDict } from '@sts-net/model';
import { temporaryFolder } from '@sts-net/testing';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { DownloadProgress } from '../../src/pretrained/download-file.ts';
import { cacheFolder } from '../../src/pretrained/kept-file.ts';
import { loadPretrained } from '../../src/pretrained/load-pretrained.ts';
import { type PretrainedFile, pretrainedFiles } from '../../src/pretrained/pretrained-files.ts';
import { readTorchCheckpoint, saveSafetensors } from '../../src/weights/weight-files.ts';
import { type Answer, broken, type FileServer, serve, whole } from './file-server.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const checkpoints = join(import.meta.dirname, '../../../model/test/fixtures/checkpoints');
// Written by PyTorch, see tools/fixtures/weights/torch_checkpoints.py.
const bytes = readFileSync(join(checkpoints, 'encoder-7.pth'));
const sha256 = createHash('sha256').update(bytes).digest('hex');
/** Its name in the cache. */
const kept = `${sha256.slice(0, 8)}-encoder-7.pth`;

/** The encoder that the file is of. */
const tinyEncoder: EncoderSpec = {
  stages: [4, 6, 8, 8, 8].map((filters, i) => ({
    stride: 2 ** (i + 1),
    build: (x, { name, strides }) =>
      [
        new Conv2D({
          name: name(`features.${i}.conv`),
          filters,
          kernelSize: 3,
          strides,
          padding: 1,
        }),
        new BatchNormalization({ name: name(`features.${i}.bn`) }),
        new ReLU({ name: name(`features.${i}.relu`) }),
      ].reduce((tensor, layer) => layer.apply(tensor) as SymbolicTensor, x),
  })),
};

const tinyDecoder: DecoderSpec = {
  outputStride: 32,
  build(features, { classes }) {
    const head = new Conv2D({ name: 'segmentation_head.0', filters: classes, kernelSize: 1 });
    const resize = new UpsampleNearest({ name: 'resize', scale: 32 });
    return resize.apply(head.apply(features.at(-1)!.tensor)) as SymbolicTensor;
  },
};

const models: LayersModel[] = [];
function tiny(channels = 3): LayersModel {
  const model = createModel({
    encoder: tinyEncoder,
    decoder: tinyDecoder,
    attention: 'esca',
    classes: 2,
    inputShape: [null, null, channels],
  });
  models.push(model);
  return model;
}

let server: FileServer | undefined;
async function serveFile(...answers: Answer[]): Promise<PretrainedFile> {
  server = await serve(...answers);
  return { url: `${server.url}/models/encoder-7.pth?download=1`, sha256: sha256.slice(0, 8) };
}

afterEach(async () => {
  await server?.close();
  server = undefined;
  for (const model of models.splice(0)) model.dispose();
});

/** The encoder's weights in the model, under the file's keys. */
async function encoderWeights(model: LayersModel) {
  const all = [...(await torchStateDict(model))];
  return new Map(
    all.flatMap(([key, tensor]) =>
      /^encoder\.features/.test(key) ? [[key.replace('encoder.', ''), tensor] as const] : [],
    ),
  );
}

const inFile = new Map(
  [...readTorchCheckpoint(bytes)].filter(([key]) => !/^fc|num_batches_tracked/.test(key)),
);

test('a file is downloaded with progress, loaded, kept, and not asked for again', async () => {
  const file = await serveFile(whole(bytes));
  const folder = join(temporaryFolder(), 'new');
  const progress: DownloadProgress[] = [];
  const model = tiny();
  const onProgress = (event: DownloadProgress) => progress.push(event);
  const { loaded, ignored, missing } = await loadPretrained(model, file, { folder, onProgress });
  expect(await encoderWeights(model)).toEqual(inFile);
  expect(loaded).toEqual([...inFile.keys()]);
  expect(ignored.filter((key) => !key.endsWith('num_batches_tracked'))).toEqual([
    'fc.weight',
    'fc.bias',
  ]);
  expect(missing.filter((key) => /^encoder/.test(key))).toHaveLength(5);
  expect(missing.filter((key) => /^encoder/.test(key) && !/iaff/.test(key))).toEqual([]);
  expect(readdirSync(folder)).toEqual([kept]);
  expect(readFileSync(join(folder, kept))).toEqual(bytes);
  const received = progress.map((event) => event.received);
  expect(received).toEqual([...received].sort((a, b) => a - b));
  expect(progress.at(-1)).toEqual({
    file: kept,
    received: bytes.length,
    total: bytes.length,
  });
  await loadPretrained(tiny(), file, { folder });
  expect(server!.requests).toEqual([undefined]);
});

test('a safetensors file is taken too', async () => {
  const folder = temporaryFolder();
  const from = tiny();
  await loadPretrained(from, await serveFile(whole(bytes)), { folder });
  await server!.close();
  const path = join(folder, 'own.safetensors');
  await saveSafetensors(from, path);
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  renameSync(path, join(folder, `${digest.slice(0, 16)}-own.safetensors`));
  const model = tiny();
  const file = { url: 'https://example.invalid/own.safetensors', sha256: digest };
  expect((await loadPretrained(model, file, { folder })).missing).toEqual([]);
  expect(await encoderWeights(model)).toEqual(inFile);
});

test('two files of one name at two addresses are two', async () => {
  const folder = temporaryFolder();
  const file = await serveFile(whole(bytes));
  await loadPretrained(tiny(), file, { folder });
  await server!.close();
  const other = readFileSync(join(checkpoints, 'module.pth'));
  const digest = createHash('sha256').update(other).digest('hex');
  server = await serve(whole(other));
  const url = `${server.url}/others/encoder-7.pth`;
  const attempt = loadPretrained(tiny(), { url, sha256: digest }, { folder });
  await expect(attempt).rejects.toThrow('are not given');
  expect(readdirSync(folder).sort()).toEqual([`${digest.slice(0, 16)}-encoder-7.pth`, kept].sort());
});

describe('a connection that breaks', () => {
  it('is continued where it stopped, within one call', async () => {
    const file = await serveFile(broken(bytes, 5000), broken(bytes, 3000), whole(bytes));
    const folder = temporaryFolder();
    await loadPretrained(tiny(), file, { folder });
    expect(readFileSync(join(folder, kept))).toEqual(bytes);
    expect(server!.requests).toEqual([undefined, 5000, 8000]);
  });

  it('again and again without a new byte is an error, and the next call goes on', async () => {
    const file = await serveFile(broken(bytes, 5000), broken(bytes, 0), whole(bytes));
    const folder = temporaryFolder();
    await expect(loadPretrained(tiny(), file, { folder })).rejects.toThrow(
      /cannot download http:.*encoder-7\.pth.*; try again, or .* put it at '.*encoder-7\.pth'/,
    );
    expect(readdirSync(folder)).toEqual([`${kept}.part`]);
    await loadPretrained(tiny(), file, { folder });
    expect(readFileSync(join(folder, kept))).toEqual(bytes);
    expect(server!.requests).toEqual([undefined, 5000, 5000]);
    expect(readdirSync(folder)).toEqual([kept]);
  });

  it('begins again where the server knows no ranges', async () => {
    const noRanges: Answer = (response) => whole(bytes)(response, 0);
    const file = await serveFile(broken(bytes, 5000), noRanges);
    const folder = temporaryFolder();
    await loadPretrained(tiny(), file, { folder });
    expect(readFileSync(join(folder, kept))).toEqual(bytes);
  });

  it.each([
    ['another beginning', Buffer.alloc(5000)],
    ['more than the whole', Buffer.alloc(bytes.length + 10)],
    ['all but its name', bytes],
  ])('of an earlier call with %s ends well', async (_, left) => {
    const file = await serveFile(whole(bytes));
    const folder = temporaryFolder();
    writeFileSync(join(folder, `${kept}.part`), left);
    await loadPretrained(tiny(), file, { folder });
    expect(readFileSync(join(folder, kept))).toEqual(bytes);
    expect(readdirSync(folder)).toEqual([kept]);
  });

  it('stops on a signal and keeps what is there', async () => {
    const file = await serveFile(broken(bytes, 5000));
    const folder = temporaryFolder();
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('stopped'));
    const { signal } = controller;
    await expect(loadPretrained(tiny(), file, { folder, signal, onProgress })).rejects.toThrow(
      'stopped',
    );
    expect(readdirSync(folder)).toEqual([`${kept}.part`]);
  });
});

test('several downloads of one file at once do not disturb one another', async () => {
  const file = await serveFile(broken(bytes, 2000), broken(bytes, 7000), whole(bytes));
  const folder = temporaryFolder();
  await Promise.all([1, 2, 3].map(() => loadPretrained(tiny(), file, { folder })));
  expect(readdirSync(folder)).toEqual([kept]);
  expect(readFileSync(join(folder, kept))).toEqual(bytes);
});

describe('refusals name the cure, leave no file under the name and the model as it was', () => {
  async function refusal(file: PretrainedFile, folder: string): Promise<string> {
    const model = tiny();
    const before = await torchStateDict(model);
    const error = await loadPretrained(model, file, { folder }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(await torchStateDict(model)).toEqual(before);
    return error!.message;
  }

  it('a wrong digest', async () => {
    const changed = Buffer.from(bytes);
    changed[6000]! ^= 1;
    const file = await serveFile(whole(changed));
    const folder = temporaryFolder();
    expect(await refusal(file, folder)).toMatch(
      new RegExp(`encoder-7.pth' must have a SHA-256 that begins with ${file.sha256}, as http`),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a file put there by hand that is another', async () => {
    const file = await serveFile(whole(bytes));
    const folder = temporaryFolder();
    writeFileSync(join(folder, kept), 'something');
    expect(await refusal(file, folder)).toMatch(/delete the file, then it is downloaded again/);
    expect(server!.requests).toEqual([]);
  });

  it('404', async () => {
    const file = await serveFile((response) => response.writeHead(404).end('no such file'));
    const folder = temporaryFolder();
    const message = await refusal(file, folder);
    expect(message).toContain(`cannot download ${file.url}: the server answered 404 Not Found`);
    expect(existsSync(join(folder, kept))).toBe(false);
  });

  it('no network', async () => {
    const file = await serveFile(whole(bytes));
    await server!.close();
    const folder = temporaryFolder();
    const message = await refusal(file, folder);
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain(
      `download it elsewhere and put it at '${join(folder, kept)}' (its SHA-256 begins with ${file.sha256})`,
    );
  });

  it('a folder that cannot be made', async () => {
    const file = await serveFile(whole(bytes));
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(await refusal(file, path)).toContain(`cannot make the folder '${path}'`);
  });

  it('weights of another encoder', async () => {
    const other = readFileSync(join(checkpoints, 'module.pth'));
    const digest = createHash('sha256').update(other).digest('hex');
    const file = await serveFile(whole(other));
    expect(await refusal({ ...file, sha256: digest }, temporaryFolder())).toMatch(
      /.*: 25 weights that the model needs are not given, first 'encoder\.features\.0\.conv\.weight'/,
    );
  });

  it('`imagenet` for an encoder without a name', async () => {
    await expect(loadPretrained(tiny())).rejects.toThrow(
      /weights are known for the encoders resnet18, .* got a model without a named encoder/,
    );
  });
});

test.each([1, 2, 4, 7])(
  'the stem for %i channels is as segmentation_models.pytorch makes it',
  async (channels) => {
    const model = tiny(channels);
    await loadPretrained(model, await serveFile(whole(bytes)), { folder: temporaryFolder() });
    const { shape, data } = (await encoderWeights(model)).get('features.0.conv.weight')!;
    expect(shape).toEqual([4, channels, 3, 3]);
    const rgb = inFile.get('features.0.conv.weight')!.data;
    const expected: number[] = [];
    for (let o = 0; o < 4; o++) {
      for (let c = 0; c < channels; c++) {
        for (let p = 0; p < 9; p++) {
          const [red, green, blue] = [0, 9, 18].map((at) => rgb[o * 27 + at + p]!);
          const repeated = ([red, green, blue][c % 3]! * 3) / channels;
          expected.push(Math.fround(channels === 1 ? red! + green! + blue! : repeated));
        }
      }
    }
    expect([...data]).toEqual(expected);
  },
);

test('files are kept where the environment says', () => {
  expect(cacheFolder({ STS_NET_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/sts-net');
  expect(cacheFolder({ STS_NET_CACHE: '', XDG_CACHE_HOME: '' })).toMatch(/\.cache\/sts-net$/);
});

describe('`imagenet`', () => {
  it('has a file for every encoder but Res2Net, mix transformers and those of the plain networks', () => {
    expect(Object.keys(encoders).filter((name) => !Object.hasOwn(pretrainedFiles, name))).toEqual([
      'res2net50_v1b',
      'res2net101_v1b',
      'mit_b0',
      'mit_b1',
      'mit_b2',
      'mit_b3',
      'mit_b4',
      'mit_b5',
      'plain-unet',
      'plain-unetplusplus',
      'r2unet',
    ]);
  });

  it.each(Object.entries(pretrainedFiles))(
    '%s: https, the digest in the file’s name',
    (_, file) => {
      expect(file.url).toMatch(/^https:\/\/[a-z.]+\//);
      expect(file.sha256).toMatch(/^[0-9a-f]{8,64}$/);
      expect(file.url).toContain(`-${file.sha256}.pth`);
    },
  );

  it('finds the file of a named encoder in the cache', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mobilenet_v2-b0353104.pth'), 'not it');
    const model = createModel({
      encoder: 'mobilenet_v2',
      decoder: 'unet',
      classes: 2,
      inputShape: [null, null, 3],
    });
    await expect(loadPretrained(model, 'imagenet', { folder })).rejects.toThrow(
      /SHA-256 that begins with b0353104, as https:\/\/download\.pytorch\.org\/models/,
    );
    model.dispose();
  });
});
