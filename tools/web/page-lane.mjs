// The page of `sts-net export web`, shown by `sts-net preview`, used in Chromium: an image is dropped on it, what
// is found equals what Node finds, sliders, planes and the list of lesions act, what is downloaded is read again; and once more
// without its host, and at a host that sends no headers.
// With FOLDER, screenshots lie there, at desk and phone width, light and dark. About 2 minutes.
//
//   node tools/web/page-lane.mjs [FOLDER]
//
// CHROMIUM_PATH names the browser; without one, the lane names what it skips and succeeds.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vite from 'vite';
import {
  readDicomSegments,
  readDicomSeries,
  readVolume,
} from '../../packages/volume-io/dist/index.js';
import { findBrowser } from '../chromium/browser.mjs';
import { Checks, download, launch, says, slide, visit } from './browser/clicks.mjs';
import { exportSmallModel } from './browser/small-model.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = join(root, 'packages/sts-net/dist/cli.js');
const executablePath = findBrowser();
if (executablePath === undefined) {
  console.log('page lane: skipped, no Chromium (Debian: apt install chromium)');
  process.exit(0);
}
const [pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'page-lane-'));
const [served, site] = [join(folder, 'served'), join(folder, 'site')];
mkdirSync(served);
const checks = new Checks();
await import('./build-page.mjs');
const { lesions } = await exportSmallModel(folder, served);
execFileSync(process.execPath, [command, 'export', 'web', join(folder, 'run'), site], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
// At the operating point at which so short a training finds something.
cpSync(join(served, 'model'), site, { recursive: true });
const preview = spawn(process.execPath, [command, 'preview', site, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [said] = await once(preview.stdout, 'data');
const [address] = /http:\S+/.exec(said);
const browser = await launch(executablePath);
/** A host without headers of its own. */
const plain = await vite.preview({
  configFile: false,
  logLevel: 'error',
  build: { outDir: site },
  preview: { port: 0, host: '127.0.0.1' },
});
try {
  const picture = pictures && [pictures, 'page'];
  await visit(browser, checks, address, {}, useIt);
  await visit(browser, checks, address, { picture }, lookAtIt);
  const phone = { width: 390, height: 844, colorScheme: 'dark', picture };
  await visit(browser, checks, address, phone, lookAtIt);
  await visit(browser, checks, address, {}, reloadWithoutHost);
  await visit(browser, checks, plain.resolvedUrls.local[0], {}, visitAgain);
} finally {
  await browser.close();
  await plain.close();
  preview.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = checks.failed > 0 ? 1 : 0;

async function useIt(page) {
  checks.check('the page may compute with several threads', await isIsolated(page));
  await says(page, /ready/);
  const facts = await page.textContent('#facts');
  checks.check('it computes in a worker', /a worker/.test(facts), facts);
  await drop(page, join(served, 'scan.nii.gz'));
  await says(page, /^Done/);
  const count = async () => Number((await page.textContent('#count')).split(' ')[0]);
  const isSame = (await count()) === lesions.length;
  checks.check('as many lesions as in Node', isSame, `${await count()}, ${lesions.length}`);
  const found = await download(page, '#nifti', join(folder, 'lesions.nii.gz'));
  const labels = readFileSync(join(served, 'labels.bin'));
  const { data } = (await readVolume(found)).voxels;
  const isEqual = labels.every((label, i) => label === data[i]);
  checks.check('the labels of Node, voxel by voxel', isEqual);

  // Of the first lesion, on which the page stands.
  checks.check('a lesion is painted and framed', (await painted(page)) > 0);
  checks.check('the frame is shown', await page.isVisible('#frame'));
  const slice = () => page.inputValue('#slice');
  const last = page.locator('#lesions button').last();
  await last.focus();
  await page.keyboard.press('Enter');
  const wanted = Math.round(lesions.at(-1).centroidVoxel[0]);
  const isThere = (await slice()) === String(wanted);
  checks.check('a lesion is jumped to by keyboard', isThere, `${await slice()}, ${wanted}`);
  await page.focus('#canvas');
  await page.keyboard.press(wanted > 1 ? 'ArrowDown' : 'ArrowUp');
  checks.check('the next slice is shown by keyboard', (await slice()) !== String(wanted));
  for (const plane of ['coronal', 'sagittal', 'axial']) {
    await page.selectOption('#plane', plane);
    await page.locator('#lesions button').first().click();
    checks.check(`${plane}: the lesion is painted`, (await painted(page)) > 0);
  }
  await slide(page, '#threshold', '0.99');
  await page.waitForFunction(() => /^0 lesions/.test(document.getElementById('count').textContent));
  checks.check('the threshold acts at once', (await painted(page)) === 0);
  await slide(page, '#threshold', '0.01');
  await page.waitForFunction(
    () => !/^0 lesions/.test(document.getElementById('count').textContent),
  );
  await useDicom(page);
}

async function useDicom(page) {
  const series = join(
    root,
    'packages/volume-io/test/fixtures/conformance/dicom/dcmqi/23x38x3/image',
  );
  await page.setInputFiles(
    '#files',
    readdirSync(series).map((name) => join(series, name)),
  );
  await page.waitForSelector('#seg:enabled');
  await slide(page, '#smallestLesion', '0');
  await page.waitForFunction(
    () => !/^0 lesions/.test(document.getElementById('count').textContent),
  );
  const seg = await download(page, '#seg', join(folder, 'lesions.dcm'));
  const segments = await readDicomSegments(seg, { like: await readDicomSeries(series) });
  const isWhole = segments.length === 1 && segments[0].volume.voxels.data.includes(1);
  checks.check('a DICOM series is read and a DICOM SEG downloaded', isWhole);
  for (const name of ['MR_small_jp2klossless.dcm', 'JPEGLSNearLossless_16.dcm']) {
    const file = `packages/volume-io/test/fixtures/conformance/dicom/pydicom/${name}`;
    await page.setInputFiles('#files', join(root, file));
    await page.waitForFunction(() =>
      /^(Done.*)?$/.test(document.getElementById('status').textContent),
    );
    const error = await page.isVisible('#error');
    checks.check(`${name} is read`, !error, await page.textContent('#error'));
  }
}

async function lookAtIt(page) {
  await says(page, /ready/);
  await drop(page, join(served, 'scan.nii.gz'));
  await says(page, /^Done/);
}

/** As in a train: the page is there again, and finds the same. */
async function reloadWithoutHost(page) {
  await says(page, /ready/);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const ended = once(preview, 'exit');
  preview.kill('SIGINT');
  const [code] = await ended;
  checks.check('the preview ends when it is told to', code === 0, String(code));
  await page.reload();
  await lookAtIt(page);
  const facts = await page.textContent('#facts');
  checks.check('without its host, the model comes from the cache', /the cache/.test(facts), facts);
  const count = (await page.textContent('#count')).split(' ')[0];
  checks.check('and finds the same', count === String(lesions.length), count);
  checks.check('with several threads', await isIsolated(page));
}

function isIsolated(page) {
  return page.evaluate(() => crossOriginIsolated);
}

async function visitAgain(page) {
  await says(page, /ready/);
  checks.check('a host without headers: one thread', !(await isIsolated(page)));
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await lookAtIt(page);
  const facts = await page.textContent('#facts');
  const threads = /\d+ threads/.exec(facts)?.[0];
  checks.check('several at the second visit', threads !== undefined, facts);
}

/** Lets go of a file over the page. */
async function drop(page, path) {
  const base64 = readFileSync(path).toString('base64');
  const dropped = await page.evaluateHandle(async (text) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'scan.nii.gz'));
    return transfer;
  }, base64);
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
}

/** How many pixels of the slice are coloured, once the page has drawn what it was told before. */
function painted(page) {
  return page.evaluate(async () => {
    // What waits for the screen is drawn first; asked twice, as a draw may be asked for by a draw.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const { width, height } = document.getElementById('canvas');
    const context = document.getElementById('canvas').getContext('2d');
    const { data } = context.getImageData(0, 0, width, height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1]) count++;
    return count;
  });
}
