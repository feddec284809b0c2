// Builds a page of three lines that uses @sts-net/web with vite, webpack and esbuild, as their READMEs begin, and
// runs each in Chromium: no bundler warns, the model computes in the worker, and DICOM that is compressed by
// JPEG 2000 and JPEG-LS is read there. About a minute.
//
//   node tools/web/bundlers-lane.mjs
//
// CHROMIUM_PATH names the browser; without one, the pages are built only.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import webpack from 'webpack';
import { previewFolder } from '../../packages/sts-net/dist/web/preview-folder.js';
import { readVolume } from '../../packages/volume-io/dist/index.js';
import { findBrowser } from '../chromium/browser.mjs';
import '../codecs/build.mjs';
import { Checks, launch } from './browser/clicks.mjs';
import { exportSmallModel } from './browser/small-model.mjs';

const here = fileURLToPath(new URL('bundlers/', import.meta.url));
const samples = fileURLToPath(
  new URL('../../packages/volume-io/test/fixtures/conformance/dicom/pydicom/', import.meta.url),
);
const compressed = ['MR_small_jp2klossless.dcm', 'JPEGLSNearLossless_16.dcm'];

/** Each builds into a folder, and gives what it warned of. */
const bundlers = {
  async vite(outDir) {
    const warnings = [];
    // How long its plugins took is no fault of what is built, and differs from day to day.
    const warn = (text) => text.includes('PLUGIN_TIMINGS') || warnings.push(text);
    await vite.build({
      root: here,
      configFile: false,
      customLogger: { ...vite.createLogger('silent'), warn, warnOnce: warn },
      base: './',
      // The worker loads what it needs when it needs it.
      worker: { format: 'es' },
      build: { outDir, emptyOutDir: true, minify: 'esbuild', chunkSizeWarningLimit: 4000 },
    });
    return warnings;
  },
  async webpack(path) {
    const compiler = webpack({
      mode: 'production',
      context: here,
      entry: './page.js',
      output: { path, filename: 'page.js' },
      performance: { hints: false },
      // Which takes most of the time.
      optimization: { minimize: false },
    });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, built) => (error ? reject(error) : resolve(built)));
    });
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    copyFileSync(join(here, 'index.html'), join(path, 'index.html'));
    return [...errors, ...warnings].map(({ message }) => message);
  },
  async esbuild(outdir) {
    const { warnings } = await esbuild.build({
      entryPoints: [join(here, 'page.js'), join(here, 'worker.js')],
      outdir,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      logLevel: 'silent',
    });
    copyFileSync(join(here, 'index.html'), join(outdir, 'index.html'));
    return warnings.map(({ text }) => text);
  },
};

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'bundlers-lane-'));
const executablePath = findBrowser();
try {
  for (const [name, build] of Object.entries(bundlers)) {
    const warnings = await build(join(folder, name));
    checks.check(`${name} builds without a warning`, warnings.length === 0, warnings.join('\n'));
  }
  if (executablePath === undefined) {
    console.log('bundlers lane: no Chromium (Debian: apt install chromium), so nothing is run');
  } else await runAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = checks.failed > 0 ? 1 : 0;

async function runAll() {
  const served = join(folder, 'served');
  mkdirSync(served);
  await exportSmallModel(folder, served);
  const browser = await launch(executablePath);
  try {
    for (const name of Object.keys(bundlers)) {
      const site = join(folder, name);
      cpSync(join(served, 'model'), join(site, 'model'), { recursive: true });
      await run(browser, name, site);
    }
  } finally {
    await browser.close();
  }
}

async function run(browser, name, site) {
  const preview = await previewFolder(site);
  const page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  try {
    await page.goto(preview.url);
    await page.waitForFunction(() => globalThis.info !== undefined);
    const { worker, noWorker } = await page.evaluate(() => globalThis.info);
    checks.check(`${name}: a worker computes`, worker, noWorker);
    for (const file of compressed) {
      const values = await page.evaluate(segmentIt, [
        file,
        readFileSync(join(samples, file)).toString('base64'),
      ]);
      const { data } = (await readVolume(join(samples, file))).voxels;
      const isSame = data.length === values.length && data.every((value, i) => value === values[i]);
      checks.check(`${name}: ${file} is read in it as in Node`, isSame);
    }
  } catch (error) {
    checks.check(`${name}: runs`, false, [...problems, error.message].join('\n'));
  } finally {
    await page.close();
    await preview.close();
  }
}

/** In the page: the values of an image that it looked at. */
async function segmentIt([name, base64]) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const { image } = await globalThis.segment([new File([bytes], name)]);
  return [...image.voxels.data];
}
