// How much memory the page of `sts-net export web` takes of a machine for a volume of 256³ voxels: the most that
// its process in Chromium ever has, page and worker together, after the image was segmented and the threshold
// moved. Fails above 1.5 GB. Takes minutes.
//
//   node tools/web/memory-lane.mjs [LENGTH]      # of an edge; 256
//
// CHROMIUM_PATH names the browser; without one, or without /proc, the lane says so and succeeds.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { previewFolder } from '../../packages/sts-net/dist/web/preview-folder.js';
import { ndarray } from '../../packages/views/dist/index.js';
import { createVolume, writeVolume } from '../../packages/volume-io/dist/index.js';
import { findBrowser } from '../chromium/browser.mjs';
import './build-page.mjs';
import { Checks, launch, says, slide } from './browser/clicks.mjs';
import { exportSmallModel } from './browser/small-model.mjs';

/** MB */
const most = 1500;
const length = Number(process.argv[2] ?? 256);
const executablePath = findBrowser();
if (executablePath === undefined || !existsSync('/proc/self/status')) {
  console.log('memory lane: skipped, no Chromium (Debian: apt install chromium), or no /proc');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'memory-lane-'));
const [served, site] = [join(folder, 'served'), join(folder, 'site')];
mkdirSync(served);
await exportSmallModel(folder, served);
cpSync(fileURLToPath(new URL('../../packages/web/page', import.meta.url)), site, {
  recursive: true,
});
cpSync(join(served, 'model'), site, { recursive: true });
const values = Int16Array.from({ length: length ** 3 }, (_, i) => (i * 7919) % 997);
const scan = join(folder, 'scan.nii');
await writeVolume(scan, createVolume(ndarray(values, [length, length, length])));

const checks = new Checks();
const preview = await previewFolder(site);
const browser = await launch(executablePath);
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(3_600_000);
  await page.goto(preview.url);
  await says(page, /ready/);
  const before = await peak();
  await page.setInputFiles('#files', scan);
  await page.waitForFunction(() =>
    /^(Done.*)?$/.test(document.getElementById('status').textContent),
  );
  const said = await page.textContent('#status');
  checks.check('the volume is segmented', said !== '', await page.textContent('#error'));
  const segmented = await peak();
  await slide(page, '#threshold', '0.3');
  await page.waitForFunction(
    () => document.getElementById('threshold-value').textContent === '0.30',
  );
  const megabytes = await peak();
  const note = `${megabytes} MB, ${segmented} before the threshold moved, ${before} before the image; ${said}`;
  checks.check(`${length}³ voxels take ${most} MB at most: ${note}`, megabytes <= most);
} finally {
  await browser.close();
  await preview.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = checks.failed > 0 ? 1 : 0;

/** The most that the page's process ever had in memory, MB. */
async function peak() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      return Number(/VmHWM:\s*(\d+) kB/.exec(status)[1]) * 1024;
    });
  return Math.round(Math.max(...peaks) / 1e6);
}
