import { memoryOf, type WasmBackend } from './backend.ts';
import { kernelModule } from './native-kernels.ts';
import { CALLED, FAILED, IDLE, PLACE_BYTES, Team } from './team.ts';
import { setTeam, teamOf } from './teams.ts';

/**
 * What a thread runs, as text: a file of its own would have to be found by bundlers and hosts, and the text of a
 * function is not safe from minifiers. It answers once, when it can be called.
 */
export const threadScript: string = `
onmessage = ({ data: { module, memory, place } }) => {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = Object.keys(kernels).map((name) => kernels[name]);
  const state = new Int32Array(memory.buffer, place, 3);
  const numbers = new Float64Array(memory.buffer, place + 16, ${(PLACE_BYTES - 16) / 8});
  postMessage('ready');
  for (;;) {
    Atomics.wait(state, 0, ${IDLE});
    if (Atomics.load(state, 0) !== ${CALLED}) continue;
    let next = ${IDLE};
    try {
      functions[state[1]](...numbers.subarray(0, state[2]));
    } catch {
      next = ${FAILED};
    }
    Atomics.store(state, 0, next);
    Atomics.notify(state, 0);
  }
};
`;

/** What a thread is told when it begins. */
export interface Beginning {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where it waits, in bytes. */
  readonly place: number;
}

/** Begins a thread that runs `threadScript`; settles when it can be called, rejects when it cannot begin. */
export type StartThread = (beginning: Beginning) => Promise<void>;

/**
 * Has the native kernels of a backend run by `threads` threads, this one among them, where its memory is shared.
 *
 * @returns how many threads run them: 1 if another cannot begin
 */
export async function startThreads(
  backend: WasmBackend,
  threads: number,
  startThread: StartThread = startWorker,
): Promise<number> {
  const team = teamOf(backend);
  const memory = memoryOf(backend);
  if (team.size > 1 || threads < 2 || memory.buffer instanceof ArrayBuffer) return team.size;
  const module = kernelModule(true);
  const first = backend.wasm._malloc(PLACE_BYTES * threads);
  const places = Array.from(
    { length: threads - 1 },
    // Two threads' places must not share a line of a cache.
    (_, i) => PLACE_BYTES * (Math.ceil(first / PLACE_BYTES) + i),
  );
  for (const place of places) new Int32Array(memory.buffer, place, 3).fill(0);
  try {
    await Promise.all(places.map((place) => startThread({ module, memory, place })));
  } catch {
    // Those that began wait for a call that never comes.
    return 1;
  }
  setTeam(backend, new Team(team.kernels, memory, places));
  return threads;
}

async function startWorker(beginning: Beginning): Promise<void> {
  const address = URL.createObjectURL(new Blob([threadScript], { type: 'text/javascript' }));
  const worker = new Worker(address);
  try {
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
      worker.postMessage(beginning);
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
