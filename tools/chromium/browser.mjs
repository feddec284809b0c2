// A page in Chromium or Firefox without a window, which sends one result back: no driver is needed for that.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '../../packages/tfjs-backend-ort/package.json'));
const served = {
  '/ort/': dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  '/tfjs/': dirname(
    createRequire(join(here, '../../packages/backend/package.json')).resolve(
      '@tensorflow/tfjs-backend-wasm',
    ),
  ),
};

/** Chromium, by CHROMIUM_PATH or where systems put it; undefined if there is none. */
export function findBrowser() {
  const { CHROMIUM_PATH } = process.env;
  const usual = ['/usr/lib/chromium/chromium', 'chromium', 'chromium-browser', 'google-chrome'];
  return firstThere(CHROMIUM_PATH ? [CHROMIUM_PATH] : usual);
}

/** Firefox, by FIREFOX_PATH or where systems put it; undefined if there is none. */
export function findFirefox() {
  const { FIREFOX_PATH } = process.env;
  return firstThere(FIREFOX_PATH ? [FIREFOX_PATH] : ['firefox-esr', 'firefox']);
}

function firstThere(names) {
  return names.find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Opens the page in a browser of its own; what it sends within `seconds`. */
export async function visit(
  browser,
  server,
  settings,
  seconds,
  { policy = '', noWebgpu = false, isolated = true } = {},
) {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const { port } = server.address();
  const address = `http://localhost:${port}/?isolated=${isolated}&policy=${encodeURIComponent(policy)}#${encodeURIComponent(JSON.stringify(settings))}`;
  const start = /firefox/.test(basename(browser)) ? firefox : chromium;
  const child = spawn(browser, [...start(profile, noWebgpu), address], {
    stdio: process.env.VERBOSE ? 'inherit' : 'ignore',
    detached: true,
  });
  try {
    return await new Promise((resolve, reject) => {
      server.result = resolve;
      child.once('error', reject);
      child.once('exit', (code) => resolve({ error: `the browser ended with ${code}` }));
      setTimeout(() => resolve({ error: 'no answer in time' }), 1000 * seconds).unref();
    });
  } finally {
    child.removeAllListeners('exit');
    // The browser is a group of processes.
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 300));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function chromium(profile, noWebgpu) {
  const gpu = noWebgpu
    ? ['--disable-features=WebGPU', '--disable-gpu']
    : [
        '--enable-unsafe-webgpu',
        '--enable-features=Vulkan',
        '--use-webgpu-adapter=swiftshader',
        '--use-vulkan=swiftshader',
      ];
  return [
    ...['--headless=new', '--no-sandbox', '--no-first-run', '--disable-dev-shm-usage'],
    `--user-data-dir=${profile}`,
    ...gpu,
  ];
}

function firefox(profile, noWebgpu) {
  const settings = {
    'browser.aboutwelcome.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'dom.webgpu.enabled': !noWebgpu,
  };
  const lines = Object.entries(settings).map(([name, value]) => `user_pref('${name}', ${value});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  return ['--headless', '--no-remote', '--profile', profile];
}

/**
 * Serves the page and its bundles, isolated so that there are threads, and the engines' files.
 *
 * @param files by their names
 * @param folders by the beginnings of their addresses, such as `/model/`
 * @returns the server; `requests` are the paths that were asked for, and while it is `offline` only the page and
 * its bundles are there
 */
export async function serve(files, folders = {}) {
  const usual = { 'Cache-Control': 'no-store' };
  const isolation = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  };
  let isolated = true;
  let policy = '';
  const types = {
    '.js': 'text/javascript',
    '.mjs': 'text/javascript',
    '.wasm': 'application/wasm',
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const answer = (status, type, body) =>
      response
        .writeHead(status, {
          'Content-Type': type,
          ...usual,
          ...(isolated && isolation),
          ...(policy && { 'Content-Security-Policy': policy }),
        })
        .end(body);
    if (pathname === '/result') {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        answer(200, 'text/plain', '');
        server.result?.(JSON.parse(body));
      });
      return;
    }
    if (pathname === '/' || pathname === '/page') {
      if (pathname === '/') {
        isolated = searchParams.get('isolated') === 'true';
        policy = searchParams.get('policy') ?? '';
      }
      answer(
        200,
        'text/html',
        '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
      );
      return;
    }
    if (pathname === '/offline') {
      server.offline = true;
      answer(200, 'text/plain', '');
      return;
    }
    server.requests.push(pathname);
    const name = basename(pathname);
    const prefix = pathname.slice(0, pathname.indexOf('/', 1) + 1);
    const file = join({ ...served, ...folders }[prefix] ?? '/none', pathname.slice(prefix.length));
    if (server.offline && !files.has(name)) {
      response.destroy();
      return;
    }
    const type = types[/\.\w+$/.exec(name)?.[0]] ?? 'application/octet-stream';
    if (files.has(name)) answer(200, type, files.get(name));
    else if (existsSync(file)) answer(200, type, readFileSync(file));
    else answer(404, 'text/plain', 'not here');
  });
  server.requests = [];
  server.offline = false;
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}
