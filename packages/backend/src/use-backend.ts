import {
  type BackendChoice,
  type BackendName,
  backendChoices,
  chosen,
} from './engines/backend-name.ts';
import type { BackendProbe } from './engines/backend-probe.ts';
import { engines, order } from './engines/engines.ts';
import { environment } from './engines/runtime.ts';
import { type Failure, start } from './engines/start.ts';

/** The engine that TensorFlow.js runs on now. */
export interface BackendInfo {
  readonly name: BackendName;
  /** What computes: `cpu`, `gpu`, or the name that a graphics adapter gives itself. */
  readonly device: string;
  /** Processor threads that compute; 0 where a graphics processor does. */
  readonly threads: number;
  /**
   * Why this engine: who asked for it, or why each better one was passed over; and how to get `ort`,
   * which everybody can have in Node.js, where it is missing.
   */
  readonly reason: string;
  /** How to have an engine that everybody can have and that is better; empty where none is missing. */
  readonly advice: string;
}

/**
 * Makes an engine TensorFlow.js's active backend and prepares it for training.
 *
 * `'auto'` takes the first that is there of: `tensorflow` with a graphics processor, `webgpu` with
 * a real one, `ort`, `tensorflow` on the processor, `wasm`; in Node.js the environment variable
 * `STS_NET_BACKEND` replaces `'auto'`. `cpu`, plain JavaScript, is taken by name only, and so is `ort`
 * on a graphics processor: `'ort:webgpu'`, and in Node.js `'ort:cuda'`.
 *
 * @throws {RangeError} If the name, or that in `STS_NET_BACKEND`, is none of these.
 * @throws {Error} If the engine asked for by name, or every one that `'auto'` tries, cannot be used:
 * what is missing, how to get it.
 */
export async function useBackend(
  preference: 'auto' | BackendChoice = 'auto',
): Promise<BackendInfo> {
  const variable = preference === 'auto' ? environment('STS_NET_BACKEND') : undefined;
  const subject = variable === undefined ? '`useBackend`' : 'environment variable STS_NET_BACKEND';
  const name = variable ?? preference;
  if (name === 'auto') return useBest();
  if (!backendChoices.includes(name as BackendChoice)) {
    throw new RangeError(
      `${subject}: backend must be one of auto, ${backendChoices.join(', ')}, got ${name}.`,
    );
  }
  const { name: engine, provider } = chosen(name as BackendChoice);
  const probe = await engines[engine].probe(provider);
  const failure = probe.available ? await activate(probe.name) : probe;
  if (failure !== undefined) {
    const remedy = failure.remedy === '' ? '' : ` To get it: ${failure.remedy}.`;
    throw new Error(`${subject}: backend ${name} cannot be used: ${failure.reason}.${remedy}`);
  }
  const asked = variable === undefined ? 'asked for by name' : 'asked for by STS_NET_BACKEND';
  return describe(probe, probe.reason === '' ? asked : `${asked}; ${probe.reason}`);
}

async function useBest(): Promise<BackendInfo> {
  const probes = new Map<BackendName, BackendProbe>();
  const passed = new Map<BackendName, string>();
  let advice = '';
  for (const { name, accepts, usual = false } of order) {
    const probe = probes.get(name) ?? (await engines[name].probe());
    probes.set(name, probe);
    if (!probe.available || !accepts(probe)) {
      if (usual && probe.remedy !== '') advice = lack(probe, usual);
      passed.set(name, probe.available ? 'no graphics processor' : lack(probe, usual));
      continue;
    }
    const failure = await activate(name);
    if (failure === undefined) {
      passed.delete(name);
      const reasons = [...passed].map(([better, why]) => `${better}: ${why}`);
      return describe(probe, ['the best engine here', ...reasons].join('; '), advice);
    }
    passed.set(name, lack(failure, true));
  }
  throw new Error(
    `\`useBackend\`: no engine can be used: ${[...passed].map(([name, why]) => `${name}: ${why}`).join('; ')}; backend cpu, plain JavaScript for small tests, is there by name.`,
  );
}

/** What an engine lacks and, for one that everybody can have, how to get it. */
function lack({ reason, remedy }: Failure, usual: boolean): string {
  return usual && remedy !== '' ? `${reason}, to get it: ${remedy}` : reason;
}

function activate(name: BackendName): Promise<Failure | undefined> {
  return engines[name].start?.() ?? start(name);
}

function describe(
  { name, device, threads }: BackendProbe,
  reason: string,
  advice = '',
): BackendInfo {
  return { name, device: device ?? 'cpu', threads, reason, advice };
}
