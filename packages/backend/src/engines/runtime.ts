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

/**
 * Processor threads that may run at a time: those of the environment variable `STS_NET_THREADS`, else those
 * that the system gives this process.
 *
 * @throws RangeError if `STS_NET_THREADS` is no whole number from 1 on.
 */
export function processors(): number {
  const asked = environment('STS_NET_THREADS');
  if (asked !== undefined) {
    if (!/^[1-9]\d{0,3}$/.test(asked)) {
      throw new RangeError(
        `environment variable STS_NET_THREADS: threads must be a whole number from 1 to 9999, got '${asked}'.`,
      );
    }
    return Number(asked);
  }
  return system()?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** That number, if it is less than the machine has: others work on the rest. */
export function sharedProcessors(): number | undefined {
  const own = processors();
  return own < (system()?.cpus().length ?? 0) ? own : undefined;
}

function system() {
  return nodeModule<{ availableParallelism(): number; cpus(): readonly unknown[] }>('node:os');
}
