import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ModelCache } from '../src/index.ts';
import { loadModel } from '../src/loading/load-model.ts';
import { exampleModel } from './example.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let weights: Uint8Array<ArrayBuffer>;
let json: Uint8Array<ArrayBuffer>;
let answers: Map<string, Answer>;
let asked: string[];
let server: ReturnType<typeof createServer>;
let address: string;

beforeAll(async () => {
  ({ weights, json } = await exampleModel());
});
beforeEach(async () => {
  asked = [];
  answers = new Map<string, Answer>([
    ['/model.json', (_, response) => response.end(json)],
    ['/weights.safetensors', (_, response) => response.end(weights)],
  ]);
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    const answer = answers.get(request.url!);
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`;
});
afterEach(() => stop());

function stop() {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
}

/** Keeps contents in memory. */
function memoryCache(): ModelCache & { readonly contents: Map<string, Blob> } {
  const contents = new Map<string, Blob>();
  return {
    name: 'memory',
    contents,
    read: async (key) => contents.get(key),
    write: async (key, content) => void contents.set(key, content),
    remove: async (key) => void contents.delete(key),
  };
}

const bytesOf = async ({ weights: blob }: { weights: Blob }) =>
  new Uint8Array(await blob.arrayBuffer());

test('comes from the network with progress, then from the cache, then without a network', async () => {
  const cache = memoryCache();
  const told: (readonly [number, number])[] = [];
  const onBytes = (done: number, total: number) => told.push([done, total]);
  const first = await loadModel(address, { cache, onBytes });
  expect(await bytesOf(first)).toEqual(weights);
  expect(first).toMatchObject({ from: 'network', assets: undefined });
  expect(told.at(-1)).toEqual([weights.length, weights.length]);
  const second = await loadModel(new URL(address), { cache });
  expect(second.from).toBe('cache');
  expect(asked).toEqual(['/model.json', '/weights.safetensors', '/model.json']);
  await stop();
  const third = await loadModel(address, { cache });
  expect(await bytesOf(third)).toEqual(weights);
  expect(third.description).toEqual(first.description);
  await expect(loadModel(address, { cache: 'none' })).rejects.toThrow(
    `${address} cannot be fetched: fetch failed; there is no network`,
  );
});

test('what is not there, or something else, is named with what came', async () => {
  answers.delete('/weights.safetensors');
  const place = new URL('weights.safetensors', address).href;
  await expect(loadModel(address, {})).rejects.toThrow(
    `${place} must be a file of a model, but the server answers 404 Not Found`,
  );
  answers.set('/weights.safetensors', (_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
  );
  await expect(loadModel(address, {})).rejects.toThrow(
    `${place} must have ${weights.length} bytes, as its model.json says, got 15 of a page`,
  );
  const changed = weights.slice();
  changed[changed.length - 1]! ^= 1;
  answers.set('/weights.safetensors', (_, response) => response.end(changed));
  await expect(loadModel(address, {})).rejects.toThrow(/must have SHA-256 [0-9a-f]{64}, .* got /);
  answers.set('/weights.safetensors', (_, response) =>
    response.end(Buffer.concat([weights, weights])),
  );
  await expect(loadModel(address, {})).rejects.toThrow(
    `${weights.length} bytes, as its model.json says, got more`,
  );
  answers.set('/model.json', (_, response) => response.end('<!doctype html>'));
  await expect(loadModel(address, {})).rejects.toThrow(`${address} must be the JSON of a model`);
  answers.delete('/model.json');
  await expect(loadModel(address, {})).rejects.toThrow(`${address} must be a file of a model`);
  await expect(loadModel('model.json', {})).rejects.toThrow(
    "`model` must be the address of a model.json, got 'model.json'",
  );
});

/** Answers the first half and breaks off, then what is asked for. */
function breaksOff(goOn: Answer): Answer {
  let isFirst = true;
  return (request, response) => {
    if (!isFirst) {
      goOn(request, response);
      return;
    }
    isFirst = false;
    response.writeHead(200, { 'Content-Length': weights.length });
    response.write(weights.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
  };
}

const from = (request: IncomingMessage) =>
  Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);

test.each<[string, Answer, readonly string[]]>([
  [
    'goes on where the server can',
    (request, response) => {
      const start = from(request);
      response
        .writeHead(206, {
          'Content-Range': `bytes ${start}-${weights.length - 1}/${weights.length}`,
        })
        .end(weights.subarray(start));
    },
    ['bytes=1000-'],
  ],
  ['begins anew where it gives all', (_, response) => response.end(weights), ['bytes=1000-']],
  [
    'begins anew where it refuses',
    (request, response) =>
      request.headers.range ? response.writeHead(416).end() : response.end(weights),
    ['bytes=1000-', ''],
  ],
  [
    'begins anew where other bytes come',
    (request, response) => {
      if (!request.headers.range) response.end(weights);
      else {
        const rest = weights.slice(1000).reverse();
        const range = `bytes 1000-${weights.length - 1}/${weights.length}`;
        response.writeHead(206, { 'Content-Range': range }).end(rest);
      }
    },
    ['bytes=1000-', ''],
  ],
])('a download that broke off %s', async (_, goOn, ranges) => {
  answers.set('/weights.safetensors', breaksOff(goOn));
  const cache = memoryCache();
  await expect(loadModel(address, { cache })).rejects.toThrow(
    `after 1000 of ${weights.length} bytes; ask again, it goes on from there`,
  );
  expect(await bytesOf(await loadModel(address, { cache }))).toEqual(weights);
  const wanted = ['', ...ranges].map((range) => `/weights.safetensors ${range}`.trim());
  expect(asked.filter((one) => one.startsWith('/weights'))).toEqual(wanted);
  expect([...cache.contents.keys()].filter((key) => key.endsWith('.part'))).toEqual([]);
});

test('an abort ends a download with its reason, and what came is kept', async () => {
  answers.set('/weights.safetensors', (_, response) => {
    response.writeHead(200, { 'Content-Length': weights.length });
    response.write(weights.subarray(0, 1000));
  });
  const cache = memoryCache();
  const stopping = new AbortController();
  const loading = loadModel(address, {
    cache,
    signal: stopping.signal,
    onBytes: () => stopping.abort(new Error('enough')),
  });
  await expect(loading).rejects.toThrow('enough');
  const part = [...cache.contents].find(([key]) => key.endsWith('.part'));
  expect(part?.[1].size).toBe(1000);
});

test('a cache that is full or broken is no hindrance', async () => {
  const cache: ModelCache = {
    name: 'full',
    read: async () => new Blob(['cut']),
    write: async () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
    remove: async () => {},
  };
  expect(await bytesOf(await loadModel(address, { cache }))).toEqual(weights);
});
