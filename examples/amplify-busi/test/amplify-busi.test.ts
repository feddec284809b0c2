import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage } from '@sts-net/volume-io';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { amplifyBusi } from '../amplify-busi.mjs';

const data = fileURLToPath(new URL('data', import.meta.url));
const area = async (path: string) => {
  const { pixels } = await readImage(path);
  return pixels.data.filter((value) => value === 255).length;
};

test('a folder in BUSI’s layout is counted, amplified and written in that layout', async () => {
  const output = join(mkdtempSync(join(tmpdir(), 'amplify-busi-')), 'output');
  const { statistics, images, ids } = await amplifyBusi(data, output);
  // The areas that tools/fixtures/amplify/busi_layout.py prints: 36 + 8 + 108 + 889 + 330.
  expect(statistics).toMatchObject({
    slicesWithLesion: 5,
    totalArea: 1371,
    n1: 17 ** 2,
    n2: 13 ** 2,
  });
  expect(images).toBe(5);
  expect(ids).toHaveLength(5 + 3 * 5);
  expect(readdirSync(join(output, 'benign'))).toHaveLength(2 * 3 * 6);
  expect(readdirSync(join(output, 'malignant'))).toHaveLength(2 * 2);
  // Several masks of an image become one.
  const first = join(output, 'benign', 'benign (1)');
  expect(await area(`${first}_mask.png`)).toBe(36);
  expect(await area(`${first}_A1_mask.png`)).toBe(36);
  const [image, flipped] = await Promise.all(
    ['', '_A1'].map(async (name) => (await readImage(`${first}${name}.png`)).pixels),
  );
  expect(flipped!.get(0, 60, 0)).toBe(image!.get(159, 60, 0));
});

test('a folder without images is an error that says so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'amplify-busi-'));
  await expect(amplifyBusi(empty, join(empty, 'output'))).rejects.toThrow('there is no PNG');
});
