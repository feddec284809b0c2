// How lanes use a page in Chromium as people do, and what they tell.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** Tells what held and what did not; `failed` counts. */
export class Checks {
  failed = 0;

  check(what, isRight, note = '') {
    if (!isRight) this.failed++;
    console.log(`${isRight ? 'ok' : 'FAIL'} ${what}${isRight || note === '' ? '' : `: ${note}`}`);
  }
}

/** A browser that draws by software. */
export function launch(executablePath) {
  const args = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}

/**
 * Opens a page and uses it; it must have no error and fit its width.
 *
 * @param picture where a screenshot is to lie: a folder, and the beginning of its name
 */
export async function visit(
  browser,
  checks,
  address,
  { width = 1280, height = 900, colorScheme = 'light', picture },
  use,
) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto(address);
  await use(page);
  const title = `${width} pixels wide, ${colorScheme}`;
  checks.check(`${title}: no error of the page`, problems.length === 0, problems[0]);
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  checks.check(`${title}: nothing is beside the page`, fits);
  if (picture !== undefined) {
    const [folder, name] = picture;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}-${width}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
  }
  await context.close();
}

/** Waits until the page says so. */
export async function says(page, pattern) {
  await page.waitForFunction(
    ({ source }) => new RegExp(source).test(document.getElementById('status').textContent),
    { source: pattern.source },
  );
}

export async function slide(page, id, value) {
  await page.locator(id).evaluate((input, to) => {
    input.value = to;
    input.dispatchEvent(new Event('input'));
  }, value);
}

/** @returns where the file lies that a button gave */
export async function download(page, button, path) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  await file.saveAs(path);
  return path;
}
