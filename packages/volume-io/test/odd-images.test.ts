import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  /** `row, column, channel`. */
  readonly shape: readonly [number, number, number];
  /** uint8. */
  readonly pixels: string;
  readonly tolerance: number;
  /** What the warning says; null where nothing is odd. */
  readonly warning: string | null;
  readonly orientation: number;
}

// Generator: tools/fixtures/volume-io/generate_odd_images.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/odd-images.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const caseOf = (name: string) => bytesOf(cases.find((one) => one.name === name)!.file);

async function read(bytes: Uint8Array) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  return { image: await decodeImage(bytes, { name: 'odd', onWarning }), warnings };
}

describe('reads what libjpeg-turbo, libpng and libtiff read', () => {
  test.each(cases)('$name', async (one) => {
    const { image, warnings } = await read(bytesOf(one.file));
    expect(image.pixels.shape).toEqual(one.shape);
    expect(image.orientation).toBe(one.orientation);
    expect(image.lossy).toBe(/JPEG|JFIF|Adobe/.test(one.name));
    expect(image.pixels.data).toBeAllclose(bytesOf(one.pixels), { rtol: 0, atol: one.tolerance });
    if (one.warning === null) expect(warnings).toEqual([]);
    else expect(warnings).toEqual([expect.stringContaining(one.warning)]);
  });
});

describe('JPEG that ends early', () => {
  const whole = caseOf('JPEG, fill bytes before ffd9');
  const end = whole.length - 4;

  test('lacks its end mark only: read, with a word', async () => {
    const { image, warnings } = await read(whole.subarray(0, end));
    expect(image.pixels.data).toEqual((await read(whole)).image.pixels.data);
    expect(warnings).toEqual([expect.stringContaining('no end mark')]);
  });

  test('lacks some of its pixels: refused', async () => {
    for (const length of [end - 2, end - 20, 300]) {
      await expect(read(whole.subarray(0, length))).rejects.toThrow(/damaged|cut off/);
    }
  });
});

test('EXIF that is damaged says nothing, and the image is read', async () => {
  const turned = caseOf('JPEG turned, 6');
  const at = Buffer.from(turned).indexOf('Exif');
  for (const [offset, value] of [
    [6, 0x12],
    [10, 0xff],
    [14, 0xff],
  ] as const) {
    const bytes = turned.slice();
    bytes[at + offset] = value;
    const { image } = await read(bytes);
    expect([image.orientation, image.pixels.shape]).toEqual([1, [16, 24, 3]]);
  }
});

test('frames of an animated PNG count as pages', async () => {
  const png = caseOf('PNG with a chunk that nobody knows');
  const chunk = Buffer.from('\0\0\0\x08acTL\0\0\0\x05\0\0\0\0\0\0\0\0', 'latin1');
  const after = 8 + 25;
  const animated = Buffer.concat([png.subarray(0, after), chunk, png.subarray(after)]);
  expect((await read(animated)).image.pages).toBe(5);
});
