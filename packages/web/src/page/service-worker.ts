// What lets the page start without a network: it keeps the page's own files, the model is kept by `openSegmenter`.
import { wasmFiles } from '../model/wasm-files.ts';

/** Names of the page's files beside this one, which are written here as it is bundled. */
declare const pageFiles: readonly string[];

interface Waiting {
  waitUntil(work: Promise<unknown>): void;
}

/** A service worker's own side, as far as it is used here. */
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void;
  addEventListener(
    type: 'fetch',
    listener: (event: {
      readonly request: Request;
      respondWith(answer: Promise<Response>): void;
    }) => void,
  ): void;
  skipWaiting(): Promise<void>;
}

const scope = globalThis as unknown as ServiceWorkerScope;
const { scope: folder } = scope.registration;
/** Pages in other folders of the same host have caches of their own. */
const name = `sts-net-page ${folder}`;
const kept = new Set(
  ['', ...pageFiles, ...wasmFiles.map((file) => `wasm/${file}`)].map(
    (file) => new URL(file, folder).href,
  ),
);

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(removeOthers()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = request.url.replace(/[?#].*$/, '');
  if (request.method === 'GET' && kept.has(address)) {
    event.respondWith(answer(request, address));
  }
});

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll([...kept].map((address) => new Request(address, { cache: 'no-cache' })));
  await scope.skipWaiting();
}

/** What was kept of an earlier page. */
async function removeOthers(): Promise<void> {
  const cache = await caches.open(name);
  for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
}

/** From the network, so that a page that was exported anew is seen at once; without one what is kept. */
async function answer(request: Request, address: string): Promise<Response> {
  try {
    return isolated(request, await fetch(request));
  } catch (error) {
    const found = await (await caches.open(name)).match(address);
    if (found === undefined) throw error;
    return isolated(request, found);
  }
}

/** Hosts that let nobody choose headers have these from the second visit on, and with them several threads. */
function isolated({ destination }: Request, response: Response): Response {
  if (!['document', 'worker'].includes(destination) || !response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, headers });
}
