import type { BackendName } from './backend-name.ts';
import type { BackendProbe } from './backend-probe.ts';
import { cpuEngine } from './cpu.ts';
import type { Engine } from './engine.ts';
import { ortEngine } from './ort.ts';
import { isNode } from './runtime.ts';
import { tensorflowEngine } from './tensorflow.ts';
import { wasmEngine } from './wasm.ts';
import { webgpuEngine } from './webgpu.ts';

/** Every engine by its name. */
export const engines: Readonly<Record<BackendName, Engine>> = {
  tensorflow: tensorflowEngine(),
  webgpu: webgpuEngine(),
  ort: ortEngine(),
  wasm: wasmEngine,
  cpu: cpuEngine,
};

/**
 * What `auto` tries, best first: an engine may stand twice, with and without a graphics processor.
 * `cpu` is not among them: hundreds of times slower, it would hide that the others do not start.
 */
export const order: readonly {
  readonly name: BackendName;
  readonly accepts: (probe: BackendProbe) => boolean;
  /** Whether everybody can have it, so that who has not should be told how. */
  readonly usual?: boolean;
}[] = [
  { name: 'tensorflow', accepts: ({ gpu }) => gpu },
  { name: 'webgpu', accepts: ({ gpu }) => gpu },
  // In browsers our own kernels are faster on the processor than ONNX Runtime's.
  { name: 'ort', accepts: ({ device, gpu }) => gpu || device === 'cpu', usual: isNode() },
  { name: 'tensorflow', accepts: () => true },
  { name: 'wasm', accepts: () => true },
];
