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
import { build, preview } from 'vite';
import {
  readDicomSegments,
  readDicomSeries,
  readVolume,
} from '../../packages/volume-io/dist/index.js';
import '../codecs/build.mjs';
import { findBrowser } from '../chromium/browser.mjs';
import { Checks, download, launch, says, slide, visit } from './browser/clicks.mjs';
import { exportSmallModel } from './browser/small-model.mjs';

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
const checks = new Checks();
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
const browser = await launch(executablePath);
try {
  const picture = pictures && [pictures, 'viewer'];
  await visit(browser, checks, address, { picture }, useIt);
  const phone = { width: 390, height: 844, colorScheme: 'dark', picture };
  await visit(browser, checks, address, phone, lookAtIt);
  await visit(browser, checks, `${address}?model=nowhere/model.json`, {}, async (page) => {
    await page.waitForSelector('#error:not([hidden])');
    const said = await page.textContent('#error');
    checks.check('no model at the address is said', /nowhere\/model\.json/.test(said), said);
  });
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = checks.failed > 0 ? 1 : 0;

async function choose(page, files) {
  await page.setInputFiles('#files', files);
  await says(page, /^Done/);
}

async function useIt(page) {
  await says(page, /ready/);
  await choose(page, join(served, 'scan.nii.gz'));
  const count = () => page.textContent('#count').then((text) => Number(text.split(' ')[0]));
  checks.check(
    'as many lesions as in Node',
    (await count()) === lesions.length,
    `${await count()}, ${lesions.length}`,
  );
  const found = await download(page, '#nifti', join(folder, 'lesions.nii.gz'));
  const labels = readFileSync(join(served, 'labels.bin'));
  const { data } = (await readVolume(found)).voxels;
  checks.check(
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
  checks.check('a lesion is jumped to by keyboard', true);

  await slide(page, '#threshold', '0.99');
  await page.waitForFunction(() => /^0 lesions/.test(document.getElementById('count').textContent));
  checks.check('the threshold acts at once', (await count()) === 0);

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
  const seg = await download(page, '#seg', join(folder, 'lesions.dcm'));
  const segments = await readDicomSegments(seg, { like: await readDicomSeries(series) });
  checks.check(
    'a DICOM SEG is downloaded',
    segments.length === 1 && segments[0].volume.voxels.data.includes(1),
  );
}

async function lookAtIt(page) {
  await says(page, /ready/);
  await choose(page, join(served, 'scan.nii.gz'));
}
