import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Preview, previewFolder } from '../../src/web/preview-folder.ts';
import { cli } from '../cli/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sts-net-preview-'));
const shown = join(folder, 'shown');
let preview: Preview;

beforeAll(async () => {
  mkdirSync(join(shown, 'wasm'), { recursive: true });
  mkdirSync(join(folder, 'shown-too'));
  writeFileSync(join(shown, 'index.html'), '<!doctype html>');
  writeFileSync(join(shown, 'wasm/engine.wasm'), Uint8Array.of(0, 97, 115, 109));
  writeFileSync(join(shown, 'module.mjs'), 'export {};');
  writeFileSync(join(shown, 'with space.json'), '{}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'shown-too/secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(shown, 'link.txt'));
  preview = await previewFolder(shown);
});
afterAll(async () => {
  await preview.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As it stands: `fetch` would take `..` away itself. */
function ask(path: string, { method = 'GET', host }: { method?: string; host?: string } = {}) {
  const { hostname, port } = new URL(preview.url);
  const headers = host === undefined ? {} : { host };
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const asked = request({ hostname, port, path, method, headers }, (response) => {
        let body = '';
        response.setEncoding('latin1');
        response.on('data', (part) => (body += part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body }),
        );
      });
      asked.once('error', reject);
      asked.end();
    },
  );
}

test('files have the types that browsers ask for, and the page is isolated', async () => {
  expect(new URL(preview.url).hostname).toBe('127.0.0.1');
  const types = {
    '/': 'text/html',
    '/index.html?a=b': 'text/html',
    '/wasm/engine.wasm': 'application/wasm',
    '/module.mjs': 'text/javascript',
    '/with%20space.json': 'application/json',
  };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await ask(path);
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(headers['content-type']).toContain(type);
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
  }
  expect((await ask('/wasm/engine.wasm')).body).toBe('\0asm');
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/wasm/../../secret.txt',
  '/..\\secret.txt',
  '/../shown-too/secret.txt',
  '/link.txt',
  '/link.txt%00.html',
  '//secret.txt',
  '/%',
  '/wasm',
  '/wasm/',
  '/..',
])('%s is not there', async (path) => {
  const { status, body } = await ask(path);
  expect(status).toBe(404);
  expect(body).not.toContain('secret');
});

test('HEAD is answered without content, nothing else but GET at all', async () => {
  const head = await ask('/wasm/engine.wasm', { method: 'HEAD' });
  expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '4', '']);
  expect((await ask('/', { method: 'POST' })).status).toBe(405);
});

test('other names that lead to this machine are refused', async () => {
  expect((await ask('/', { host: 'attacker.example' })).status).toBe(403);
  expect((await ask('/', { host: 'localhost:80' })).status).toBe(200);
});

test('the command says what is missing', async () => {
  const none = await cli('preview', join(folder, 'shown-too'));
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/no index\.html .*sts-net export web RUN/);
  const { port } = new URL(preview.url);
  const taken = await cli('preview', shown, '--port', port);
  expect(taken.code).toBe(1);
  expect(taken.stderr).toMatch(/another program listens there; choose another --port/);
});
