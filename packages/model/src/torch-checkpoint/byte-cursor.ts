import { type ByteSource, requireBytes } from '../bytes/byte-source.ts';

const bufferSize = 2 ** 16;

/** Reads a part of a source from front to back. */
export class ByteCursor {
  readonly source: ByteSource;
  /** Where the next byte is, in the source. */
  position: number;
  readonly end: number;
  #buffer: Uint8Array = new Uint8Array();
  #bufferStart = 0;

  constructor(source: ByteSource, position = 0, end: number = source.size) {
    requireBytes(source, position, end - position);
    this.source = source;
    this.position = position;
    this.end = end;
  }

  /** @throws RangeError naming the source, where there is no byte left */
  byte(): number {
    const index = this.position - this.#bufferStart;
    const byte = this.#buffer[index];
    if (byte !== undefined) {
      this.position++;
      return byte;
    }
    requireBytes({ name: this.source.name, size: this.end }, this.position, 1);
    this.#buffer = new Uint8Array(Math.min(bufferSize, this.end - this.position));
    this.#bufferStart = this.position;
    this.source.read(this.#buffer, this.position);
    return this.byte();
  }

  /** The next bytes, as a copy. */
  take(length: number): Uint8Array {
    requireBytes({ name: this.source.name, size: this.end }, this.position, length);
    if (length < 64) return Uint8Array.from({ length }, () => this.byte());
    const bytes = new Uint8Array(length);
    this.source.read(bytes, this.position);
    this.position += length;
    return bytes;
  }

  /** The next bytes, as numbers. */
  view(length: number): DataView {
    return new DataView(this.take(length).buffer);
  }

  /** Text up to a line feed, without it. */
  line(): string {
    let text = '';
    for (let byte = this.byte(); byte !== 0x0a; byte = this.byte()) {
      text += String.fromCharCode(byte);
      if (text.length > 1000) return text;
    }
    return text;
  }
}
