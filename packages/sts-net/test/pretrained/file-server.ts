import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request asks for: the first byte of its range, or 0. */
export type Answer = (response: ServerResponse, start: number) => void;

export interface FileServer {
  readonly url: string;
  /** First bytes of the ranges that were asked for, `undefined` without one. */
  readonly requests: (number | undefined)[];
  close(): Promise<void>;
}

/** Serves on 127.0.0.1; `answers` are used up in turn, the last one for all further requests. */
export async function serve(...answers: readonly Answer[]): Promise<FileServer> {
  const requests: (number | undefined)[] = [];
  const server = createServer((request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    requests.push(range === null ? undefined : Number(range[1]));
    const answer = answers[Math.min(requests.length, answers.length) - 1]!;
    answer(response, range === null ? 0 : Number(range[1]));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** Sends a file from the byte asked for, as servers that know ranges do. */
export const whole =
  (bytes: Uint8Array): Answer =>
  (response, start) => {
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': bytes.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.end(bytes.subarray(start));
  };

/** Announces all of the file, sends `count` bytes of it and breaks the connection. */
export const broken =
  (bytes: Uint8Array, count: number): Answer =>
  (response, start) => {
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': bytes.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.write(bytes.subarray(start, start + count), () => {
      setImmediate(() => response.destroy());
    });
  };
