import os from 'node:os';
import nodeUtil from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ortEngine } from '../src/engines/ort.ts';
import { tensorflowEngine } from '../src/engines/tensorflow.ts';
import { webgpuEngine } from '../src/engines/webgpu.ts';
import { useBackend } from '../src/index.ts';

const absent = (specifier: string) =>
  Object.assign(new Error(`Cannot find package '${specifier}' imported from here`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });

/** An importer of the given packages; all others are not installed. */
const packages = (present: Record<string, () => unknown>) => async (specifier: string) => {
  const load = present[specifier];
  if (load === undefined) throw absent(specifier);
  return load();
};

beforeEach(async () => {
  await useBackend('cpu');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('tensorflow', () => {
  /** Does what the package does when it is loaded: registers itself and switches to itself. */
  const tfjsNode = (isUsingGpuDevice: boolean) => () => {
    const backend = Object.assign(new tf.KernelBackend(), {
      isUsingGpuDevice,
      dispose: () => {},
    });
    tf.registerBackend('tensorflow', () => backend, 0);
    tf.setBackend('tensorflow');
    return { default: { version: { 'tfjs-node': '4.22.0' } } };
  };

  afterEach(() => {
    tf.setBackend('cpu');
    if (tf.findBackendFactory('tensorflow') != null) tf.removeBackend('tensorflow');
  });

  test.each([
    ['@tensorflow/tfjs-node', false],
    ['@tensorflow/tfjs-node-gpu', false],
    ['@tensorflow/tfjs-node-gpu', true],
  ])('%s, graphics processor in use: %s', async (name, gpu) => {
    const probe = await tensorflowEngine(packages({ [name]: tfjsNode(gpu) })).probe();
    expect(probe).toMatchObject({ available: true, version: '4.22.0', gpu, reason: name });
    expect(probe.device).toBe(gpu ? 'gpu' : 'cpu');
    expect(tf.getBackend()).toBe('cpu');
  });

  test('is missing with a remedy if neither package is installed', async () => {
    expect(await tensorflowEngine(packages({})).probe()).toMatchObject({
      available: false,
      reason: 'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed',
      remedy: expect.stringContaining('npm install @tensorflow/tfjs-node'),
    });
  });

  test('a broken package is a reason, not a crash', async () => {
    const broken = () => {
      throw new Error('The Node.js native addon module can not be found\nat path: …');
    };
    const probe = await tensorflowEngine(packages({ '@tensorflow/tfjs-node': broken })).probe();
    expect(probe.available).toBe(false);
    expect(probe.reason).toContain(
      '@tensorflow/tfjs-node cannot be loaded: The Node.js native addon module can not be found',
    );
  });

  test('finds what Node.js 23 took from node:util', async () => {
    const util = nodeUtil as unknown as Record<string, unknown>;
    const { isNullOrUndefined, isArray } = util;
    util['isNullOrUndefined'] = undefined;
    util['isArray'] = undefined;
    let answers: unknown[] = [];
    const load = () => {
      const { isNullOrUndefined: none, isArray: array } = util as Record<
        string,
        (value: unknown) => boolean
      >;
      answers = [none!(null), none!(undefined), none!(0), array!([]), array!({})];
      return tfjsNode(false)();
    };
    await tensorflowEngine(packages({ '@tensorflow/tfjs-node': load })).probe();
    Object.assign(util, { isNullOrUndefined, isArray });
    expect(answers).toEqual([true, true, false, true, false]);
  });
});

describe('webgpu', () => {
  const webgpu = (adapter: object | null) => () => ({
    globals: {},
    create: () => ({ requestAdapter: async () => adapter }),
  });
  const backend = () => tf.registerBackend('webgpu', () => new tf.KernelBackend(), 0);
  const backendPackage = '@tensorflow/tfjs-backend-webgpu';

  beforeEach(() => {
    vi.stubGlobal('navigator', undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    if (tf.findBackendFactory('webgpu') != null) tf.removeBackend('webgpu');
  });

  test('takes a real adapter', async () => {
    const info = { vendor: 'nvidia', architecture: 'hopper' };
    const installed = packages({ webgpu: webgpu({ info }), [backendPackage]: backend });
    expect(await webgpuEngine(installed).probe()).toMatchObject({
      available: true,
      gpu: true,
      device: 'nvidia hopper',
      threads: 0,
    });
  });

  test.each([
    { info: { vendor: 'google', architecture: 'swiftshader' } },
    { info: { vendor: 'mesa', description: 'llvmpipe (LLVM 15, 256 bits)' } },
    { info: { vendor: 'microsoft', isFallbackAdapter: true } },
    { isFallbackAdapter: true },
  ])('knows %o for software', async (adapter) => {
    const installed = packages({ webgpu: webgpu(adapter), [backendPackage]: backend });
    expect(await webgpuEngine(installed).probe()).toMatchObject({ available: true, gpu: false });
  });

  test.each([
    ['no package', {}, 'webgpu is not installed', 'npm install'],
    ['no adapter', { webgpu: webgpu(null) }, 'WebGPU finds no graphics adapter', 'driver'],
    [
      'no TensorFlow.js backend',
      { webgpu: webgpu({}) },
      `${backendPackage} is not installed`,
      `npm install ${backendPackage}`,
    ],
    [
      'a binary that does not load',
      {
        webgpu: () => {
          throw new Error('libvulkan.so.1: cannot open shared object file');
        },
      },
      'webgpu cannot be loaded: libvulkan.so.1',
      'npm install',
    ],
  ])('%s is a reason with a remedy', async (_, present, reason, remedy) => {
    const probe = await webgpuEngine(packages(present)).probe();
    expect(probe.available).toBe(false);
    expect(probe.reason).toContain(reason);
    expect(probe.remedy).toContain(remedy);
  });
});

describe('ort', () => {
  const backendPackage = '@sts-net/tfjs-backend-ort';

  test('registers the backend of its package', async () => {
    const registerOrtBackend = vi.fn(async () => {});
    const installed = packages({ [backendPackage]: () => ({ registerOrtBackend }) });
    expect(await ortEngine(installed).probe()).toMatchObject({ available: true, device: 'cpu' });
    expect(registerOrtBackend).toHaveBeenCalledOnce();
  });

  test.each([
    ['1', [{ threads: 1 }]],
    ['9999', [undefined]],
  ])(
    'of STS_NET_THREADS=%s threads: those, unless the machine has no more',
    async (asked, args) => {
      vi.stubEnv('STS_NET_THREADS', asked);
      vi.spyOn(os, 'cpus').mockReturnValue(Array.from({ length: 64 }) as os.CpuInfo[]);
      const registerOrtBackend = vi.fn(async () => {});
      const installed = packages({ [backendPackage]: () => ({ registerOrtBackend }) });
      expect(await ortEngine(installed).probe()).toMatchObject({ threads: Number(asked) });
      expect(registerOrtBackend.mock.calls).toEqual([args]);
    },
  );

  test('that the system gives a part of the processors takes as many threads', async () => {
    vi.stubEnv('STS_NET_THREADS', undefined);
    vi.spyOn(os, 'cpus').mockReturnValue(Array.from({ length: 64 }) as os.CpuInfo[]);
    vi.spyOn(os, 'availableParallelism').mockReturnValue(4);
    const registerOrtBackend = vi.fn(async () => {});
    const installed = packages({ [backendPackage]: () => ({ registerOrtBackend }) });
    expect(await ortEngine(installed).probe()).toMatchObject({ threads: 4 });
    expect(registerOrtBackend.mock.calls).toEqual([[{ threads: 4 }]]);
  });

  test.each(['0', '-1', '1.5', 'two'])('refuses STS_NET_THREADS=%s', async (asked) => {
    vi.stubEnv('STS_NET_THREADS', asked);
    await expect(ortEngine(packages({})).probe()).rejects.toThrow(
      `environment variable STS_NET_THREADS: threads must be a whole number from 1 to 9999, got '${asked}'.`,
    );
  });

  test('without ONNX Runtime is missing with the reason and remedy of its package', async () => {
    const registerOrtBackend = async () => {
      throw Object.assign(new Error('one line'), { reason: 'it is away', remedy: 'fetch it' });
    };
    const installed = packages({ [backendPackage]: () => ({ registerOrtBackend }) });
    const [reason, remedy] = ['it is away', 'fetch it'];
    expect(await ortEngine(installed).probe()).toMatchObject({ available: false, reason, remedy });
  });

  test('is missing with a remedy if the package is not installed', async () => {
    expect(await ortEngine(packages({})).probe()).toMatchObject({
      available: false,
      reason: `${backendPackage} is not installed`,
      remedy: `npm install ${backendPackage}`,
    });
  });

  describe('on a provider', () => {
    const register = (provider: string) => {
      const backend = Object.assign(new tf.KernelBackend(), { provider, dispose: () => {} });
      tf.registerBackend('ort', () => backend, 0);
    };
    const engine = () =>
      ortEngine(
        packages({
          [backendPackage]: () => ({
            registerOrtBackend: async (options?: { executionProviders: string[] }) => {
              if (tf.findBackend('ort') != null) return;
              register(options?.executionProviders[0] ?? 'cpu');
            },
          }),
        }),
      );

    beforeEach(() => {
      if (tf.findBackend('ort') != null) tf.removeBackend('ort');
    });
    afterEach(() => {
      vi.unstubAllGlobals();
      tf.setBackend('cpu');
      tf.removeBackend('ort');
    });

    test('it is registered with that, in place of another that is not in use', async () => {
      vi.stubEnv('STS_NET_THREADS', undefined);
      expect(await engine().probe()).toMatchObject({ device: 'cpu', gpu: false });
      expect(await engine().probe('cuda')).toMatchObject({ device: 'cuda', gpu: true, threads: 0 });
      expect(await engine().probe()).toMatchObject({ device: 'cuda' });
      tf.setBackend('ort');
      expect(await engine().probe('webgpu')).toMatchObject({
        available: false,
        reason: 'it runs on provider cuda already and cannot change to webgpu',
      });
    });

    test('in browsers the application registers it, and a real adapter is a graphics processor', async () => {
      vi.stubGlobal('process', { ...process, versions: {} });
      expect(await engine().probe()).toMatchObject({
        available: false,
        remedy: expect.stringContaining(`${backendPackage}/web`),
      });
      register('webgpu');
      for (const [architecture, gpu] of [
        ['hopper', true],
        ['swiftshader', false],
      ] as const) {
        const gpuOf = { requestAdapter: async () => ({ info: { architecture } }) };
        vi.stubGlobal('navigator', { gpu: gpuOf });
        expect(await engine().probe()).toMatchObject({ device: architecture, gpu, threads: 0 });
      }
      expect(await engine().probe('cuda')).toMatchObject({ available: false });
    });

    test('in browsers WebAssembly is no graphics processor', async () => {
      vi.stubGlobal('process', { ...process, versions: {} });
      register('wasm');
      expect(await engine().probe()).toMatchObject({ device: 'wasm', gpu: false, threads: 1 });
    });
  });
});
