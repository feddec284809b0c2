import type { BackendName, OrtProvider } from './backend-name.ts';
import type { BackendProbe } from './backend-probe.ts';
import type { Failure } from './start.ts';

/** One way of computing, which can be looked for and switched to. */
export interface Engine {
  readonly name: BackendName;
  /**
   * Looks for it and leaves it registered in TensorFlow.js if it is there; of `ort`, with a provider
   * other than its own choice. Never throws.
   */
  probe(provider?: OrtProvider): Promise<BackendProbe>;
  /** Switches to it where that takes more than `start`; what went wrong, if something did. */
  start?(): Promise<Failure | undefined>;
}

/** Imports a package by name. */
export type ImportModule = (specifier: string) => Promise<unknown>;

/** Imports a package that need not be there. Bundlers leave it alone: the name is no constant. */
export const importOptional: ImportModule = (specifier) =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ specifier);

/** A probe of an engine that is not there. */
export function missing(name: BackendName, reason: string, remedy: string): BackendProbe {
  return {
    name,
    available: false,
    version: null,
    device: null,
    gpu: false,
    threads: 0,
    reason,
    remedy,
  };
}

/** Why a package could not be imported: it is not installed, or it is broken. */
export function importFailure(specifier: string, error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const isAbsent =
    (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes(specifier);
  if (isAbsent) return `${specifier} is not installed`;
  return `${specifier} cannot be loaded: ${message.split('\n', 1)[0]}`;
}
