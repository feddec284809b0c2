import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage } from '@sts-net/volume-io';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { cutPatches } from '../idrid-patches.mjs';

const data = fileURLToPath(new URL('data', import.meta.url));
const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

test('a photograph is cut into patches that cover it, at half its resolution, with its lesions', async () => {
  const output = join(mkdtempSync(join(tmpdir(), 'idrid-patches-')), 'output');
  expect(await cutPatches(data, output)).toEqual({ photographs: 1, patches: 4, withLesion: 4 });
  // The sums of green and of lesion pixels that tools/fixtures/examples/idrid_patches.py prints.
  const expected = {
    'IDRiD_01@0-0.png': [7528642, 116],
    'IDRiD_01@0-144.png': [7839118, 257],
    'IDRiD_01@44-0.png': [7774079, 246],
    'IDRiD_01@44-144.png': [7881389, 293],
  };
  expect(readdirSync(join(output, 'images')).sort()).toEqual(Object.keys(expected));
  for (const [name, [green, lesion]] of Object.entries(expected)) {
    const [image, mask] = await Promise.all(
      ['images', 'masks'].map(async (part) => (await readImage(join(output, part, name))).pixels),
    );
    expect(image!.shape).toEqual([256, 256, 1]);
    // Decoders of JPEG may differ by a grey level here and there.
    expect(Math.abs(sum(image!.data) - green!) / 256 ** 2).toBeLessThan(0.5);
    expect(sum(mask!.data)).toBe(lesion);
  }
});

test('a folder without photographs is an error that says so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'idrid-patches-'));
  mkdirSync(join(empty, 'images', 'train'), { recursive: true });
  await expect(cutPatches(empty, join(empty, 'output'))).rejects.toThrow('there is no JPEG');
});
