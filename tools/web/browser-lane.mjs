// Runs @sts-net/web in Chromium or Firefox: a model of a small training on the sample data, exported by
// `sts-net export web`, finds in a worker and on the page exactly what Node finds; cancelling, a second visit
// without a network, a strict Content-Security-Policy, and what browsers refuse, by name; and a page trains the
// same with Node's losses, is cancelled or loaded anew, and goes on to the same numbers; the blocks of the guide
// run as they stand. Holds the sizes of what pages load. Needs no graphics processor. About 5 minutes.
//
//   node tools/web/browser-lane.mjs [--firefox] [test …]     # `train`: those of training; `guide`: its blocks
//
// `webgpu` runs only where it is named: on SwiftShader it takes long. With `--firefox` pages are opened there.
// CHROMIUM_PATH and FIREFOX_PATH name the browsers; without one, the lane names what it skips and succeeds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, findFirefox, serve, visit } from '../chromium/browser.mjs';
import { bundle, sizes } from './browser/bundle.mjs';
import { guidePages } from './browser/guide-pages.mjs';
import { exportSmallModel } from './browser/small-model.mjs';

const isFirefox = process.argv.includes('--firefox');
const strict =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";
const withoutWorkers = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
/** An address at which there are no .wasm files, and what the error must name. */
const unserved = {
  options: { assets: '/nowhere/' },
  names: ['/nowhere/tfjs-backend-wasm-simd.wasm', '404'],
};
const noWebgpu = true;

/** What the page does, and how it is visited; each has a profile of its own. */
const tests = [
  { test: 'worker', noWebgpu },
  { test: 'worker', title: 'worker, threads of WebAssembly', isolated: true, noWebgpu },
  { test: 'main', title: 'on the page itself', noWebgpu },
  { test: 'half', title: 'half precision', noWebgpu },
  {
    test: 'adapter',
    title: 'software that imitates a graphics processor is passed over',
    isChromiums: true,
  },
  { test: 'webgpu', title: 'WebGPU by name, on SwiftShader', isLong: true, isChromiums: true },
  { test: 'cancel', noWebgpu },
  { test: 'offline', title: 'a second visit without a network', noWebgpu },
  { test: 'worker', title: 'strict policy', policy: strict, noWebgpu },
  { test: 'main', title: 'strict policy, on the page itself', policy: strict, noWebgpu },
  {
    test: 'noWorker',
    title: 'a policy without workers',
    policy: withoutWorkers,
    noWebgpu,
  },
  {
    test: 'failure',
    title: '.wasm files that are not served',
    ...unserved,
    noWebgpu,
  },
  {
    test: 'failure',
    title: "a policy without 'wasm-unsafe-eval'",
    policy: "script-src 'self'",
    names: ["'wasm-unsafe-eval'"],
    noWebgpu,
  },
  {
    test: 'failure',
    title: 'no WebGPU',
    options: { engine: 'webgpu' },
    names: ['webgpu', isFirefox ? 'has no WebGPU' : 'finds no graphics adapter'],
    noWebgpu,
  },
  {
    test: 'failure',
    title: 'no model at the address',
    options: { model: '/nowhere/model.json' },
    names: ['/nowhere/model.json', '404'],
    noWebgpu,
  },
];

/** As above, of training. */
const trainings = [
  { test: 'training', title: 'training', noWebgpu },
  { test: 'training', title: 'training, strict policy', policy: strict, noWebgpu },
  { test: 'training', title: 'training, threads of WebAssembly', isolated: true, noWebgpu },
  {
    test: 'onPage',
    title: 'training with a policy without workers',
    policy: withoutWorkers,
    noWebgpu,
  },
  { test: 'cancel', title: 'training that is cancelled and resumed', noWebgpu },
  { test: 'reload', title: 'training in a page that is loaded anew', noWebgpu },
  {
    test: 'failure',
    title: 'training without the .wasm files',
    ...unserved,
    noWebgpu,
  },
].map((one) => ({ ...one, page: 'training-page.mjs' }));

const guide = guidePages();
process.once('exit', guide.remove);
const blocks = guide.pages.map((one) => ({ ...one, test: 'guide', noWebgpu }));

let failed = 0;
for (const { name, bytes, most } of await sizes()) {
  const isRight = bytes <= 1000 * most;
  if (!isRight) failed++;
  console.log(
    `${isRight ? 'size' : 'FAIL size'}: ${name}: ${(bytes / 1000).toFixed(1)} kB gzipped, at most ${most}`,
  );
}
const wanted = process.argv.slice(2).filter((one) => one !== '--firefox');
const isTraining = (page) => page === 'training-page.mjs';
const chosen = [...tests, ...trainings, ...blocks]
  .filter(({ isChromiums = false }) => !(isFirefox && isChromiums))
  .filter(({ test, page, isLong = false }) =>
    wanted.length === 0
      ? !isLong
      : wanted.includes(test) || (wanted.includes('train') && isTraining(page)),
  );
const browser = isFirefox ? findFirefox() : findBrowser();
if (browser === undefined) {
  const titles = chosen.map(({ test, title = test }) => title).join('; ');
  const [name, debian] = isFirefox ? ['Firefox', 'firefox-esr'] : ['Chromium', 'chromium'];
  console.log(`web lane: skipped, no ${name} (Debian: apt install ${debian}): ${titles}`);
  process.exit(failed > 0 ? 1 : 0);
}
const folder = mkdtempSync(join(tmpdir(), 'web-lane-'));
try {
  mkdirSync(join(folder, 'served'));
  const expected = await exportSmallModel(folder, join(folder, 'served'));
  writeFileSync(join(folder, 'served/expected.json'), JSON.stringify(expected));
  const folders = {
    '/served/': join(folder, 'served'),
    '/model/': join(folder, 'served/model'),
    '/wasm/': join(folder, 'served/model/wasm'),
  };
  for (const page of new Set(chosen.map(({ page = 'page.mjs' }) => page))) {
    const server = await serve(await bundle(page), folders);
    try {
      for (const { page: own = 'page.mjs', ...one } of chosen) {
        if (own === page) failed += await run(server, one);
      }
    } finally {
      server.close();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

async function run(server, { test, title = test, options = {}, names = [], ...how }) {
  server.offline = false;
  const { isolated = false, policy = '', noWebgpu: without = false } = how;
  const settings = { test, options };
  const visited = { policy, isolated, noWebgpu: without };
  const { error, note, message } = await visit(browser, server, settings, 300, visited);
  const lacking = names.filter((name) => !message?.includes(name)).join(', ');
  const problem = error ?? (lacking === '' ? undefined : `does not name ${lacking}: ${message}`);
  console.log(
    problem === undefined ? `ok ${title}: ${note ?? message}` : `FAIL ${title}: ${problem}`,
  );
  return problem === undefined ? 0 : 1;
}
