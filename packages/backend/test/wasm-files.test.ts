import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { missing } from '../src/engines/engine.ts';
import { engines } from '../src/engines/engines.ts';
import { watchFiles } from '../src/engines/wasm-files.ts';
import { useBackend } from '../src/index.ts';

const address = 'https://images.example/app/tfjs-backend-wasm-simd.wasm';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A browser whose server gives this answer, and TensorFlow.js, which fetches and fails silently. */
function browser(answer: () => Promise<Response>): void {
  vi.stubGlobal('location', { href: 'https://images.example/app/' });
  vi.stubGlobal('process', { ...process, versions: {} });
  vi.stubGlobal('fetch', vi.fn(answer));
  vi.spyOn(tf.engine(), 'setBackend').mockImplementation(async () => {
    const response = await fetch('tfjs-backend-wasm-simd.wasm').catch(() => undefined);
    return response?.headers.get('Content-Type') === 'application/wasm';
  });
  for (const engine of Object.values(engines)) {
    const { name } = engine;
    const probe = {
      ...missing(name, 'not here', ''),
      available: name === 'wasm' || name === 'cpu',
    };
    vi.spyOn(engine, 'probe').mockResolvedValue(probe);
  }
}

const answers: readonly [string, () => Promise<Response>, string][] = [
  ['a file that is not there', async () => new Response('', { status: 404 }), 'answers 404'],
  [
    'the page of an application in place of the file',
    async () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
    'is a page (text/html)',
  ],
  [
    'a server that cannot be reached, or may not',
    () => Promise.reject(new TypeError('Failed to fetch')),
    'connect-src',
  ],
];

describe.each(answers)('%s', (_, answer, named) => {
  test.each(['auto', 'wasm'] as const)('%s names the address and what to do', async (name) => {
    browser(answer);
    const { fetch } = globalThis;
    const failure = await useBackend(name).catch((error: Error) => error.message);
    for (const part of [address, named, 'setWasmPaths', '@tensorflow/tfjs-backend-wasm/dist']) {
      expect(failure).toContain(part);
    }
    expect(globalThis.fetch).toBe(fetch);
  });
});

test('a policy that forbids WebAssembly is named', async () => {
  browser(
    async () => new Response('', { headers: { 'Content-Type': 'application/octet-stream' } }),
  );
  vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
    throw new WebAssembly.CompileError("violates the directive: script-src 'self'");
  });
  await expect(useBackend()).rejects.toThrow(/violates the directive.*'wasm-unsafe-eval'/);
});

test('files that are served start it, and other requests pass by', async () => {
  browser(async () => new Response('', { headers: { 'Content-Type': 'application/wasm' } }));
  expect(await useBackend()).toMatchObject({ name: 'wasm' });
  const problem = await watchFiles(async () => {
    await fetch('/labels.json');
    return { reason: 'something else', remedy: '' };
  });
  expect(problem?.reason).toBe('something else');
});
