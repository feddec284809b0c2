import { durationText } from '../report/format.ts';
import { progressMode } from './say.ts';
import { timeLeft } from './time-left.ts';

/**
 * Tells on the standard error output how far the work is: on a terminal in a line that is written over and over,
 * else in a line a minute; as JSON, a line a second; or not at all.
 */
export interface ProgressLine {
  /**
   * @param text what is being done
   * @param done how many of `total` are
   */
  readonly show: (text: string, done?: number, total?: number) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

/** @param now milliseconds since any moment */
export function progressLine(
  stream: Stream = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  const mode = progressMode();
  if (mode === 'none') return { show() {}, clear() {} };
  const left = timeLeft(now);
  if (mode === 'json') return asJson(stream, now, left);
  return stream.isTTY ? onTerminal(stream, left) : inLog(stream, now, left);
}

type TimeLeft = (done?: number, total?: number) => number | undefined;

function onTerminal(stream: Stream, left: TimeLeft): ProgressLine {
  return {
    show(text, done, total) {
      const width = stream.columns > 0 ? stream.columns - 1 : 79;
      const line = `${bar(done, total)}${lineOf(text, left(done, total), done, total)}`;
      stream.write(`\r\u001b[2K${line.slice(0, width)}`);
    },
    clear() {
      stream.write('\r\u001b[2K');
    },
  };
}

/** Tells at most once in so many milliseconds. */
const minute = 60_000;
const second = 1000;

function inLog(stream: Stream, now: () => number, left: TimeLeft): ProgressLine {
  let last = now();
  return {
    show(text, done, total) {
      const seconds = left(done, total);
      if (now() - last < minute) return;
      last = now();
      stream.write(`${lineOf(text, seconds, done, total)}\n`);
    },
    clear() {},
  };
}

function asJson(stream: Stream, now: () => number, left: TimeLeft): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(progress, done, total) {
      const secondsLeft = left(done, total);
      if (now() - last < second) return;
      last = now();
      const rest = secondsLeft === undefined ? {} : { secondsLeft: Math.round(secondsLeft) };
      stream.write(`${JSON.stringify({ progress, done, total, ...rest })}\n`);
    },
    clear() {},
  };
}

function lineOf(text: string, seconds?: number, done?: number, total?: number): string {
  const count = done === undefined || total === undefined ? '' : `${done}/${total}, `;
  return `${count}${text}${seconds === undefined ? '' : `, ${durationText(seconds)} left`}`;
}

/** Places of a bar. */
const places = 10;

function bar(done?: number, total?: number): string {
  if (done === undefined || total === undefined || total === 0) return '';
  const full = Math.round((places * Math.min(done, total)) / total);
  return `[${'#'.repeat(full)}${'-'.repeat(places - full)}] `;
}
