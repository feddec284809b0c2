/**
 * Tells on stderr how far the work is: a line that is written over and over, without a terminal a line a minute,
 * and nothing where the environment variable `STS_NET_QUIET` is set.
 */
export interface ProgressLine {
  show(text: string): void;
  /** Removes the line. */
  clear(): void;
}

const minute = 60_000;

/** @param now milliseconds since any moment */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  if (process.env['STS_NET_QUIET']) return { show() {}, clear() {} };
  return stream.isTTY ? onTerminal(stream) : inLog(stream, now);
}

function onTerminal(stream: Pick<NodeJS.WriteStream, 'columns' | 'write'>): ProgressLine {
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

function inLog(stream: Pick<NodeJS.WriteStream, 'write'>, now: () => number): ProgressLine {
  let last = now();
  return {
    show(text) {
      if (now() - last < minute) return;
      last = now();
      stream.write(`${text}\n`);
    },
    clear() {},
  };
}
