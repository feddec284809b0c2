import type { BackendProbe } from './backend-probe.ts';
import {
  type Engine,
  type ImportModule,
  importFailure,
  importOptional,
  missing,
} from './engine.ts';
import { isNode, processors } from './runtime.ts';

const backendPackage = '@sts-net/tfjs-backend-ort';

/** ONNX Runtime, through `@sts-net/tfjs-backend-ort`. */
export function ortEngine(importModule: ImportModule = importOptional): Engine {
  return { name: 'ort', probe: () => probe(importModule) };
}

async function probe(importModule: ImportModule): Promise<BackendProbe> {
  if (!isNode()) return missing('ort', 'it runs in Node.js only', '');
  try {
    const { registerOrtBackend } = (await importModule(backendPackage)) as {
      registerOrtBackend(): Promise<void>;
    };
    await registerOrtBackend();
  } catch (error) {
    // The package is there, and ONNX Runtime itself, which is optional for it, is not.
    const { reason, remedy } = error as { reason?: string; remedy?: string };
    if (reason !== undefined && remedy !== undefined) return missing('ort', reason, remedy);
    return missing('ort', importFailure(backendPackage, error), `npm install ${backendPackage}`);
  }
  return {
    name: 'ort',
    available: true,
    version: null,
    device: 'cpu',
    gpu: false,
    threads: processors(),
    reason: '',
    remedy: '',
  };
}
