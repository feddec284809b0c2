import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HttpError } from '../serving/http-error.ts';
import { listen } from '../serving/listen.ts';

/** Options of {@link previewFolder}. */
export interface PreviewFolderOptions {
  /** @default any that is free */
  readonly port?: number | undefined;
}

/** A folder that is shown. */
export interface Preview {
  readonly url: string;
  close(): Promise<void>;
}

/** Whose address it may be asked by: other names would let pages of theirs read it. */
const ownHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** Pages that are isolated may compute with several threads. */
const headers: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Shows a folder to browsers on this machine, on 127.0.0.1, with the headers that a page needs to compute with
 * several threads. Only files in the folder itself are sent: no link in it leads outside.
 *
 * @throws Error if it cannot listen there
 */
export async function previewFolder(
  folder: string,
  { port = 0 }: PreviewFolderOptions = {},
): Promise<Preview> {
  const root = await realpath(folder);
  const server = createServer((request, response) => {
    answer(root, request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { status, message } =
        error instanceof HttpError ? error : { status: 500, message: 'the file cannot be read' };
      response.writeHead(status, { ...headers, 'Content-Type': types['.txt'] });
      response.end(`${message}\n`);
    });
  });
  return {
    url: `${await listen(server, '127.0.0.1', port)}/`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers: asked, url = '/' } = request;
  if (!ownHost.test(asked.host ?? '')) throw new HttpError(403, 'ask 127.0.0.1 or localhost');
  if (method !== 'GET' && method !== 'HEAD') throw new HttpError(405, 'only GET and HEAD');
  const { path, size } = await fileAt(root, url);
  response.writeHead(200, {
    ...headers,
    'Content-Type': types[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': size,
  });
  if (method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
}

async function fileAt(
  root: string,
  url: string,
): Promise<{ readonly path: string; readonly size: number }> {
  const nothing = new HttpError(404, 'there is no such file');
  let path: string;
  try {
    const name = decodeURIComponent(url.replace(/[?#].*$/, ''));
    path = await realpath(join(root, name.endsWith('/') ? `${name}index.html` : name));
  } catch {
    throw nothing;
  }
  if (!path.startsWith(`${root}${root.endsWith(sep) ? '' : sep}`)) throw nothing;
  const stats = await stat(path);
  if (!stats.isFile()) throw nothing;
  return { path, size: stats.size };
}
