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
