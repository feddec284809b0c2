import * as tf from '@tensorflow/tfjs-core';
import { registerTensorflowKernels } from '../kernels/register-tensorflow-kernels.ts';
import type { BackendProbe } from './backend-probe.ts';
import {
  type Engine,
  type ImportModule,
  importFailure,
  importOptional,
  missing,
} from './engine.ts';
import { isNode, nodeModule, processors } from './runtime.ts';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
const remedy =
  'npm install @tensorflow/tfjs-node (or @tensorflow/tfjs-node-gpu with CUDA); its library is downloaded during installation, and where that is blocked, https://github.com/sts-net/sts-net/blob/main/docs/guides/engines.md builds it from PyPI’s';

/** TensorFlow's C library, through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`. */
export function tensorflowEngine(importModule: ImportModule = importOptional): Engine {
  return { name: 'tensorflow', probe: () => probe(importModule) };
}

async function probe(importModule: ImportModule): Promise<BackendProbe> {
  if (!isNode()) return missing('tensorflow', 'it runs in Node.js only', '');
  restoreUtil();
  const failures: string[] = [];
  const previous = tf.getBackend();
  for (const specifier of packages) {
    try {
      const module = (await importModule(specifier)) as TfjsNode;
      const { isUsingGpuDevice = false } = (tf.findBackend('tensorflow') ?? {}) as NodeBackend;
      const { version } = module.default ?? module;
      if (!isUsingGpuDevice) registerTensorflowKernels();
      // The package switches to itself when it is loaded; looking for it must not.
      if (previous && tf.getBackend() !== previous) tf.setBackend(previous);
      return {
        name: 'tensorflow',
        available: true,
        version: version?.['tfjs-node'] ?? null,
        device: isUsingGpuDevice ? 'gpu' : 'cpu',
        gpu: isUsingGpuDevice,
        threads: isUsingGpuDevice ? 0 : processors(),
        reason: specifier,
        remedy: '',
      };
    } catch (error) {
      failures.push(importFailure(specifier, error));
    }
  }
  const areAbsent = failures.every((failure) => failure.endsWith('is not installed'));
  const reason = areAbsent ? `neither ${packages.join(' nor ')} is installed` : failures.join('; ');
  return missing('tensorflow', reason, remedy);
}

interface TfjsNode {
  readonly version?: Readonly<Record<string, string>>;
  readonly default?: TfjsNode;
}

interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
}

/** tfjs-node 4.22 calls functions of `node:util` that Node.js 23 removed. */
function restoreUtil(): void {
  const util = nodeModule<Record<string, unknown>>('node:util');
  if (util === undefined) return;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
