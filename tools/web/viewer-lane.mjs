// Builds examples/viewer with a small model and uses it by clicks in Chromium: a file is chosen, what is found equals
// what Node finds, sliders and the list of lesions act, what is downloaded is read again, and what goes wrong is
// said. With FOLDER, screenshots lie there, at desk and phone width, light and dark. About 2 minutes.
//
//   node tools/web/viewer-lane.mjs [FOLDER]
//
// CHROMIUM_PATH names the browser; without one, the lane names what it skips and succeeds.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import {
  readDicomSegments,
  readDicomSeries,
  readVolume,
} from '../../packages/volume-io/dist/index.js';
import { findBrowser } from '../chromium/browser.mjs';
import { exportSmallModel } from './chromium/small-model.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const executablePath = findBrowser();
if (executablePath === undefined) {
  console.log('viewer lane: skipped, no Chromium (Debian: apt install chromium)');
  process.exit(0);
}
const [pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'viewer-lane-'));
const [served, site] = [join(folder, 'served'), join(folder, 'site')];
mkdirSync(served);
let failed = 0;
const { lesions } = await exportSmallModel(folder, served);
const config = {
  root: join(root, 'examples/viewer'),
  logLevel: 'error',
  // Without the model that somebody may have laid there.
  publicDir: false,
  build: { outDir: site, emptyOutDir: true },
};
await build(config);
cpSync(join(served, 'model'), join(site, 'model'), { recursive: true });
const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
const [address] = server.resolvedUrls.local;
const browser = await chromium.launch({
  executablePath,
  // WebGL by software.
  args: [
    '--no-sandbox',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
  ],
});
try {
  await visit({ width: 1280, height: 900, colorScheme: 'light' }, useIt);
  await visit({ width: 390, height: 844, colorScheme: 'dark' }, lookAtIt);
  await visit({ query: '?model=nowhere/model.json' }, async (page) => {
    await page.waitForSelector('#error:not([hidden])');
    const said = await page.textContent('#error');
    check('no model at the address is said', /nowhere\/model\.json/.test(said), said);
  });
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

function check(what, isRight, note = '') {
  if (!isRight) failed++;
  console.log(`${isRight ? 'ok' : 'FAIL'} ${what}${isRight || note === '' ? '' : `: ${note}`}`);
}

async function visit({ width = 1280, height = 900, colorScheme = 'light', query = '' }, use) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.setDefaultTimeout(300_000);
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto(`${address}${query}`);
  await use(page);
  check(
    `${width} pixels wide, ${colorScheme}: no error of the page`,
    problems.length === 0,
    problems[0],
  );
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  check(`${width} pixels wide: nothing is beside the page`, fits);
  if (pictures !== undefined && query === '') {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({
      path: join(pictures, `viewer-${width}-${colorScheme}.png`),
      fullPage: true,
    });
  }
  await page.close();
}

async function choose(page, files) {
  await page.setInputFiles('#files', files);
  await page.waitForFunction(() => /^Done/.test(document.getElementById('status').textContent));
}

async function ready(page) {
  await page.waitForFunction(() => /ready/.test(document.getElementById('status').textContent));
}

async function useIt(page) {
  await ready(page);
  await choose(page, join(served, 'scan.nii.gz'));
  const count = () => page.textContent('#count').then((text) => Number(text.split(' ')[0]));
  check(
    'as many lesions as in Node',
    (await count()) === lesions.length,
    `${await count()}, ${lesions.length}`,
  );
  const found = await download(page, '#nifti', 'lesions.nii.gz');
  const labels = readFileSync(join(served, 'labels.bin'));
  const { data } = (await readVolume(found)).voxels;
  check(
    'the labels of Node, voxel by voxel',
    labels.every((label, i) => label === data[i]),
  );

  const button = page.locator('#lesions button').last();
  const before = await page.textContent('#place');
  await button.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    (text) => document.getElementById('place').textContent !== text,
    before,
  );
  check('a lesion is jumped to by keyboard', true);

  await slide(page, '#threshold', '0.99');
  await page.waitForFunction(() => /^0 lesions/.test(document.getElementById('count').textContent));
  check('the threshold acts at once', (await count()) === 0);

  const series = join(
    root,
    'packages/volume-io/test/fixtures/conformance/dicom/dcmqi/23x38x3/image',
  );
  const files = readdirSync(series).map((name) => join(series, name));
  await choose(page, files);
  await slide(page, '#threshold', '0.01');
  await slide(page, '#smallestLesion', '0');
  await page.waitForFunction(
    () => !/^0 lesions/.test(document.getElementById('count').textContent),
  );
  const seg = await download(page, '#seg', 'lesions.dcm');
  const segments = await readDicomSegments(seg, { like: await readDicomSeries(series) });
  check(
    'a DICOM SEG is downloaded',
    segments.length === 1 && segments[0].volume.voxels.data.includes(1),
  );
}

async function lookAtIt(page) {
  await ready(page);
  await choose(page, join(served, 'scan.nii.gz'));
}

async function slide(page, id, value) {
  await page.locator(id).evaluate((input, to) => {
    input.value = to;
    input.dispatchEvent(new Event('input'));
  }, value);
}

async function download(page, button, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  const path = join(folder, name);
  await file.saveAs(path);
  return path;
}
