/** The user stopped the work; what had to be saved is saved. The message says how to go on. */
export class Interrupted extends Error {}

/**
 * Runs `work` with a signal that aborts on the first SIGINT or SIGTERM, so that it can finish its
 * step and save; a second one ends the process at once.
 *
 * @param remedy what the user reads after `interrupted: `
 */
export async function interruptible<T>(
  remedy: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted(`interrupted: ${remedy}`));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** One line on stderr that is written over and over; nothing unless stderr is a terminal. */
export interface ProgressLine {
  show(text: string): void;
  /** Removes the line. */
  clear(): void;
}

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show() {}, clear() {} };
  return {
    show(text) {
      const width = stream.columns > 0 ? stream.columns - 1 : 79;
      stream.write(`\r\u001b[2K${text.slice(0, width)}`);
    },
    clear() {
      stream.write('\r\u001b[2K');
    },
  };
}
