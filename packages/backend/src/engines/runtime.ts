// What is asked of the JavaScript runtime, without importing Node.js's modules: browsers have none.

interface NodeProcess {
  readonly versions?: { readonly node?: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}

function nodeProcess(): NodeProcess | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  return process?.versions?.node === undefined ? undefined : process;
}

export function isNode(): boolean {
  return nodeProcess() !== undefined;
}

/** An environment variable; undefined in browsers, and where it is empty. */
export function environment(name: string): string | undefined {
  return nodeProcess()?.env[name] || undefined;
}

/** A module of Node.js, the very object that `require` gives; undefined in browsers. */
export function nodeModule<T>(name: string): T | undefined {
  return nodeProcess()?.getBuiltinModule?.(name) as T | undefined;
}

/** Processor threads that can run at a time. */
export function processors(): number {
  const os = nodeModule<{ availableParallelism(): number }>('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
