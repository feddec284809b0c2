import * as tf from '@tensorflow/tfjs-core';
import { graphicsAdapter } from './adapter.ts';
import type { OrtProvider } from './backend-name.ts';
import type { BackendProbe } from './backend-probe.ts';
import {
  type Engine,
  type ImportModule,
  importFailure,
  importOptional,
  missing,
} from './engine.ts';
import { isNode, processors, sharedProcessors } from './runtime.ts';

const backendPackage = '@sts-net/tfjs-backend-ort';

/** ONNX Runtime, through `@sts-net/tfjs-backend-ort`. */
export function ortEngine(importModule: ImportModule = importOptional): Engine {
  return {
    name: 'ort',
    probe: (provider) => (isNode() ? probe(importModule, provider) : probeWeb(provider)),
  };
}

interface OrtPackage {
  registerOrtBackend(options?: {
    readonly executionProviders?: readonly string[];
    readonly threads?: number;
  }): Promise<void>;
}

async function probe(
  importModule: ImportModule,
  provider: OrtProvider | undefined,
): Promise<BackendProbe> {
  // Left to itself ONNX Runtime takes a thread for each core of the machine and ties it there, which two
  // processes at a time, or one that has been given some of the cores, cannot bear.
  const threads = sharedProcessors();
  try {
    const { registerOrtBackend } = (await importModule(backendPackage)) as OrtPackage;
    if (provider === undefined) {
      const isNew = threads !== undefined && registered() === undefined;
      await registerOrtBackend(isNew ? { threads } : undefined);
    } else if (registered() !== provider) {
      if (tf.getBackend() === 'ort') return missing('ort', inUse(provider), 'ask for it first');
      if (registered() !== undefined) tf.removeBackend('ort');
      await registerOrtBackend({ executionProviders: [provider] });
    }
  } catch (error) {
    // The package is there, and ONNX Runtime itself, which is optional for it, is not.
    const { reason, remedy } = error as { reason?: string; remedy?: string };
    if (reason !== undefined && remedy !== undefined) return missing('ort', reason, remedy);
    return missing('ort', importFailure(backendPackage, error), `npm install ${backendPackage}`);
  }
  return found(registered() ?? 'cpu');
}

/** In browsers applications register it, since only they can tell bundlers and name files. */
async function probeWeb(provider: OrtProvider | undefined): Promise<BackendProbe> {
  const running = registered();
  if (running === undefined) {
    return missing(
      'ort',
      'the application has not registered it',
      `call \`registerOrtBackend\` of ${backendPackage}/web in the application first`,
    );
  }
  if (provider !== undefined && provider !== running) {
    return missing('ort', inUse(provider), `register it with \`provider: '${provider}'\``);
  }
  const adapter = running === 'webgpu' ? await graphicsAdapter() : null;
  const probe = found(running);
  return adapter === null ? probe : { ...probe, device: adapter.name, gpu: !adapter.isSoftware };
}

/** The provider that it is registered with. */
function registered(): string | undefined {
  const backend = tf.findBackend('ort') as { readonly provider?: string } | null;
  return backend == null ? undefined : (backend.provider ?? 'cpu');
}

const inUse = (provider: string) =>
  `it runs on provider ${registered()} already and cannot change to ${provider}`;

function found(provider: string): BackendProbe {
  const onProcessor = provider === 'cpu' || provider === 'wasm';
  return {
    name: 'ort',
    available: true,
    version: null,
    device: provider,
    gpu: !onProcessor,
    threads: provider === 'cpu' ? processors() : Number(onProcessor),
    reason: '',
    remedy: '',
  };
}
