import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadOrtWebFrom } from '../src/runtime/load-ort-web.ts';
import { type OrtBackend, OrtMissingError, registerOrtBackend } from '../src/web.ts';
import { batch, SmallNetwork } from './small-network.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function losses(backend: string): Promise<number[]> {
  await tf.setBackend(backend);
  const network = new SmallNetwork();
  const all: number[] = [];
  for (let step = 0; step < 10; step++) {
    const { x, y } = batch(step);
    const loss = network.train(x, y);
    all.push((await loss.data())[0]!);
    tf.dispose([x, y, loss]);
  }
  network.dispose();
  return all;
}

describe('on WebAssembly', () => {
  test('ten steps of training follow the cpu backend, compiled twice', async () => {
    tf.removeBackend('ort');
    await registerOrtBackend({ provider: 'wasm', threads: 1 });
    await registerOrtBackend();
    const expected = await losses('cpu');
    expect(await losses('ort')).toBeAllclose(expected, { rtol: 1e-4 });
    const backend = tf.backend() as OrtBackend;
    expect(backend.provider).toBe('wasm');
    expect(backend.statistics().compiles).toBeLessThanOrEqual(3);
  });

  test('other settings, which ONNX Runtime would pass over, are refused', async () => {
    await tf.setBackend('cpu');
    tf.removeBackend('ort');
    await expect(registerOrtBackend({ provider: 'wasm', threads: 2 })).rejects.toThrow(
      'ONNX Runtime runs already with {"threads":1} and takes no others; reload the page for {"threads":2}',
    );
    await expect(registerOrtBackend({ provider: 'wasm', threads: 0 })).rejects.toThrow(/threads/);
    await expect(registerOrtBackend({ provider: 'gpu' as 'wasm' })).rejects.toThrow(
      'provider must be webgpu or wasm, got gpu',
    );
  });
});

describe('what is missing is named', () => {
  test.each([
    ['no WebGPU', {}, 'there is no WebGPU here'],
    [
      'no adapter',
      { gpu: { requestAdapter: async () => null } },
      'WebGPU finds no graphics adapter',
    ],
  ])('%s', async (_, navigator, reason) => {
    vi.stubGlobal('navigator', navigator);
    const failure = await registerOrtBackend().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OrtMissingError);
    expect(failure).toMatchObject({
      reason,
      remedy: expect.stringContaining("provider: 'wasm'"),
    });
  });

  test('a module that cannot be imported', async () => {
    const refuse = async () => {
      throw new TypeError('Failed to fetch dynamically imported module: /ort.mjs');
    };
    await expect(
      loadOrtWebFrom({ wasm: refuse, webgpu: refuse }, { provider: 'wasm' }),
    ).rejects.toThrow(
      /onnxruntime-web\/wasm cannot be loaded: Failed to fetch.*npm i onnxruntime-web.*script-src/,
    );
  });
});
