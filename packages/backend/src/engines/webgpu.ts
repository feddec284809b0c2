import * as tf from '@tensorflow/tfjs-core';
import { registerWebgpuCast } from '../kernels/register-webgpu-cast.ts';
import { graphicsAdapter, webgpu } from './adapter.ts';
import type { BackendProbe } from './backend-probe.ts';
import {
  type Engine,
  type ImportModule,
  importFailure,
  importOptional,
  missing,
} from './engine.ts';
import { isNode } from './runtime.ts';

const backendPackage = '@tensorflow/tfjs-backend-webgpu';
const install = `npm install ${backendPackage} webgpu`;
const software = 'the adapter is software that imitates a graphics processor';
const driver = 'install a graphics driver with Vulkan, Metal or Direct3D 12';

/** A graphics processor through WebGPU: the browser's own, or that of the package `webgpu` in Node.js. */
export function webgpuEngine(importModule: ImportModule = importOptional): Engine {
  return { name: 'webgpu', probe: () => probe(importModule) };
}

async function probe(importModule: ImportModule): Promise<BackendProbe> {
  if (webgpu() === undefined) {
    if (!isNode()) {
      return missing('webgpu', 'this browser has no WebGPU', 'use a browser with WebGPU');
    }
    try {
      provideWebgpu((await importModule('webgpu')) as WebgpuPackage);
    } catch (error) {
      return missing('webgpu', importFailure('webgpu', error), install);
    }
  }
  const adapter = await graphicsAdapter();
  if (adapter === null) return missing('webgpu', 'WebGPU finds no graphics adapter', driver);
  if (tf.findBackendFactory('webgpu') == null) {
    try {
      await importModule(backendPackage);
    } catch (error) {
      if (adapter.isSoftware && !isNode()) return missing('webgpu', software, driver);
      const cure = isNode() ? install : `import '${backendPackage}' in the application`;
      return missing('webgpu', importFailure(backendPackage, error), cure);
    }
  }
  registerWebgpuCast();
  const { name: device, isSoftware } = adapter;
  return {
    name: 'webgpu',
    available: true,
    version: tf.version_core,
    device,
    gpu: !isSoftware,
    threads: 0,
    reason: isSoftware ? software : '',
    remedy: isSoftware ? driver : '',
  };
}

interface WebgpuPackage {
  create(flags: readonly string[]): object;
  readonly globals: object;
}

/** Puts WebGPU where the TensorFlow.js backend looks for it. Node.js 20 has no `navigator` at all. */
function provideWebgpu({ create, globals }: WebgpuPackage): void {
  Object.assign(globalThis, globals);
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  }
  Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
}
