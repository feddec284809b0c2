import { memoryOf, type WasmBackend } from './backend.ts';
import { kernelModule, type NativeKernels } from './native-kernels.ts';
import { Team } from './team.ts';

const teams = new WeakMap<WasmBackend, Team>();

/** The native kernels working in the backend's own memory, and the threads that run them. */
export function teamOf(backend: WasmBackend): Team {
  let team = teams.get(backend);
  if (team === undefined) {
    const memory = memoryOf(backend);
    const module = kernelModule(!(memory.buffer instanceof ArrayBuffer));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    team = new Team(exports as unknown as NativeKernels, memory);
    teams.set(backend, team);
  }
  return team;
}

/** Gives a backend's kernels more threads. */
export function setTeam(backend: WasmBackend, team: Team): void {
  teams.set(backend, team);
}

/** The native kernels on this thread. */
export function nativeKernels(backend: WasmBackend): NativeKernels {
  return teamOf(backend).kernels;
}
