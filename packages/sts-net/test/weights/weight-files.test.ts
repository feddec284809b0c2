import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { createModel, loadTorchWeights } from '@sts-net/model';
import { temporaryFolder } from '@sts-net/testing';
import { expect, it, test } from 'vitest';
import {
  readSafetensors,
  readSafetensorsFile,
  readTorchCheckpoint,
  saveSafetensors,
  writeSafetensors,
} from '../../src/weights/weight-files.ts';

const checkpoints = join(import.meta.dirname, '../../../model/test/fixtures/checkpoints');

test.each(readdirSync(checkpoints).filter((name) => /^(?!refused).*\.pth$/.test(name)))(
  'property: a path gives what the bytes give: %s',
  (name) => {
    const path = join(checkpoints, name);
    expect(readTorchCheckpoint(path)).toEqual(readTorchCheckpoint(readFileSync(path)));
  },
);

test.each(['numpy', 'list'])('a refused checkpoint is named by its path: %s', (name) => {
  const path = join(checkpoints, `refused-${name}.pth`);
  expect(() => readTorchCheckpoint(path)).toThrow(`'${path}' must h`);
});

test.each([readTorchCheckpoint, readSafetensors])(
  '%o names a file that does not exist, and a folder',
  (read) => {
    expect(() => read('/none/a')).toThrow("cannot read '/none/a': it does not exist");
    expect(() => read(checkpoints)).toThrow(`cannot read '${checkpoints}': it is a folder`);
  },
);

it('names a file that is none, and one that ends early', () => {
  const path = join(temporaryFolder(), 'w.safetensors');
  writeFileSync(path, 'garbage');
  expect(() => readSafetensors(path)).toThrow(`'${path}' must have`);
  const cut = join(temporaryFolder(), 'cut.pth');
  const whole = readFileSync(join(checkpoints, 'views-stream.pth'));
  writeFileSync(cut, whole.subarray(0, whole.length - 4));
  expect(() => readTorchCheckpoint(cut)).toThrow(
    `'${cut}' must be complete, but ends after ${whole.length - 4} bytes`,
  );
});

it('writes what is read again, data aligned to 8 bytes, and no other file', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'w.safetensors');
  const tensors = new Map([
    ['layer/kernel', { shape: [2, 2], data: new Float32Array([1, 2, 3, Number.NaN]) }],
    ['layer/bias', { shape: [], data: new Float32Array([-0]) }],
  ]);
  await writeSafetensors(path, tensors, { note: 'ü' });
  expect(readSafetensorsFile(path)).toEqual({ tensors, metadata: { note: 'ü' } });
  expect(readFileSync(path).readBigUInt64LE(0) % 8n).toBe(0n);
  expect(readdirSync(folder)).toEqual(['w.safetensors']);
});

it('saves a model for PyTorch, whose weights it takes back', async () => {
  await useBackend('wasm');
  const model = createModel({
    encoder: 'mobilenet_v2',
    decoder: 'unet',
    classes: 2,
    inputShape: [null, null, 1],
  });
  const path = join(temporaryFolder(), 'model.safetensors');
  await saveSafetensors(model, path);
  const { tensors, metadata } = readSafetensorsFile(path);
  expect(metadata).toEqual({ format: 'pt' });
  expect(loadTorchWeights(model, tensors)).toMatchObject({ ignored: [], missing: [] });
  model.dispose();
});
