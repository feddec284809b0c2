/** Signals that stop the work, and the exit code after it; schedulers send the others than SIGINT. */
const signals = { SIGINT: 130, SIGTERM: 75, SIGUSR1: 75, SIGUSR2: 75 } as const;

/** A signal stopped the work; what had to be saved is saved. The message says how to go on. */
export class Interrupted extends Error {
  readonly exitCode: number;

  /** @param exitCode 130 where a person did it, 75 where a scheduler did and may start it again */
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs `work` with a signal that aborts on the first SIGINT, SIGTERM, SIGUSR1 or SIGUSR2, so that it
 * can finish its step and save; a second one ends the process at once. The signal's reason is the
 * `Interrupted` to throw.
 *
 * @param remedy what the user reads after `interrupted: `
 */
export async function interruptible<T>(
  remedy: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const handlers = Object.entries(signals).map(([name, exitCode]) => {
    const stop = (): void => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interrupted(`interrupted: ${remedy}`, exitCode));
    };
    process.on(name, stop);
    return [name, stop] as const;
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const [name, stop] of handlers) process.off(name, stop);
  }
}

/** Waits until a signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
