import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { BackendProbe } from '../src/engines/backend-probe.ts';
import { missing } from '../src/engines/engine.ts';
import { engines } from '../src/engines/engines.ts';
import { type BackendName, probeBackends, useBackend } from '../src/index.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Makes every engine but those given look missing; the given ones are what TensorFlow.js has. */
function pretend(present: Partial<Record<BackendName, Partial<BackendProbe>>>): void {
  for (const engine of Object.values(engines)) {
    const { name } = engine;
    const probe = { ...missing(name, `${name} is not installed`, `npm install ${name}`) };
    const found = present[name];
    const result = found
      ? { ...probe, available: true, device: 'cpu', threads: 1, reason: '', remedy: '', ...found }
      : probe;
    vi.spyOn(engine, 'probe').mockResolvedValue(result);
  }
}

/** Lets `tf.setBackend` accept anything and tells what it was given. */
function pretendSwitch(refuse: readonly string[] = []): string[] {
  const switched: string[] = [];
  vi.spyOn(tf.engine(), 'setBackend').mockImplementation(async (name) => {
    switched.push(name);
    return !refuse.includes(name);
  });
  return switched;
}

describe('auto', () => {
  const best: readonly [string, Parameters<typeof pretend>[0], BackendName][] = [
    [
      'TensorFlow with a graphics processor first',
      { tensorflow: { gpu: true }, webgpu: { gpu: true }, ort: {}, wasm: {}, cpu: {} },
      'tensorflow',
    ],
    [
      'a real adapter before ONNX Runtime',
      { tensorflow: {}, webgpu: { gpu: true }, ort: {}, wasm: {}, cpu: {} },
      'webgpu',
    ],
    [
      'ONNX Runtime before TensorFlow on the processor and software adapters',
      { tensorflow: {}, webgpu: {}, ort: {}, wasm: {}, cpu: {} },
      'ort',
    ],
    ['TensorFlow before wasm', { tensorflow: {}, webgpu: {}, wasm: {}, cpu: {} }, 'tensorflow'],
    ['wasm before a software adapter', { webgpu: {}, wasm: {}, cpu: {} }, 'wasm'],
  ];
  test.each(best)('takes %s', async (_, present, expected) => {
    pretend(present);
    const switched = pretendSwitch();
    const { name } = await useBackend();
    expect(name).toBe(expected);
    expect(switched).toEqual([expected]);
  });

  test('says why it passed over the better ones', async () => {
    pretend({ tensorflow: { gpu: true }, webgpu: {}, wasm: {} });
    pretendSwitch(['tensorflow']);
    const { name, reason } = await useBackend('auto');
    expect(name).toBe('wasm');
    expect(reason).toBe(
      'the best engine here; tensorflow: TensorFlow.js could not start it; webgpu: no graphics processor; ort: ort is not installed, to get it: npm install ort',
    );
  });

  test('never ends on plain JavaScript: without any other engine it names them all', async () => {
    pretend({ cpu: {} });
    const switched = pretendSwitch();
    await expect(useBackend()).rejects.toThrow(
      /no engine.*tensorflow:.*webgpu:.*ort:.*wasm:.*cpu, plain JavaScript .* by name/,
    );
    expect(switched).toEqual([]);
  });
});

describe('a name', () => {
  test.each(['wasm', 'cpu'] as const)('%s is switched to', async (name) => {
    const info = await useBackend(name);
    expect(info).toMatchObject({ name, device: 'cpu', threads: 1 });
    expect(info.reason).toMatch(/^asked for by name/);
    expect(tf.getBackend()).toBe(name);
  });

  test('that is unknown lists the right ones', async () => {
    await expect(useBackend('gpu' as BackendName)).rejects.toThrow(
      new RangeError(
        '`useBackend`: backend must be one of auto, tensorflow, webgpu, ort, wasm, cpu, ort:webgpu, ort:cuda, got gpu.',
      ),
    );
  });

  test('whose engine is missing says how to get it, and changes nothing', async () => {
    await useBackend('cpu');
    pretend({});
    await expect(useBackend('webgpu')).rejects.toThrow(
      '`useBackend`: backend webgpu cannot be used: webgpu is not installed. To get it: npm install webgpu.',
    );
    expect(tf.getBackend()).toBe('cpu');
  });
});

describe('STS_NET_BACKEND', () => {
  test('replaces auto', async () => {
    vi.stubEnv('STS_NET_BACKEND', 'cpu');
    expect(await useBackend()).toMatchObject({ name: 'cpu' });
    expect((await useBackend('auto')).reason).toMatch(/^asked for by STS_NET_BACKEND/);
  });

  test('gives way to a name', async () => {
    vi.stubEnv('STS_NET_BACKEND', 'cpu');
    expect(await useBackend('wasm')).toMatchObject({ name: 'wasm' });
  });

  test('is named in errors', async () => {
    vi.stubEnv('STS_NET_BACKEND', 'cuda');
    await expect(useBackend()).rejects.toThrow(/variable STS_NET_BACKEND: .*got cuda/);
    pretend({});
    vi.stubEnv('STS_NET_BACKEND', 'tensorflow');
    await expect(useBackend()).rejects.toThrow(/variable STS_NET_BACKEND: .*cannot be used/);
  });

  test('counts as unset when empty or auto', async () => {
    pretend({ wasm: {} });
    for (const value of ['', 'auto']) {
      vi.stubEnv('STS_NET_BACKEND', value);
      expect(await useBackend()).toMatchObject({ name: 'wasm' });
    }
  });
});

test('probeBackends tells of every engine and leaves the active one', async () => {
  await useBackend('cpu');
  const probes = await probeBackends();
  expect(probes.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'ort', 'wasm', 'cpu']);
  for (const { available, device, reason } of probes) {
    expect(available ? device : reason).toBeTruthy();
  }
  expect(probes.at(-2)).toMatchObject({ available: true, version: '4.22.0', threads: 1 });
  expect(tf.getBackend()).toBe('cpu');
});
