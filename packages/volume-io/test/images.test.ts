import { readFileSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  decodeImage,
  encodeImage,
  readImage,
  VolumeFormatError,
  writeImage,
} from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  /** `row, column, channel`. */
  readonly shape: readonly [number, number, number];
  readonly tolerance: number;
  /** uint16. */
  readonly pixels: string;
}

// Generator: tools/fixtures/volume-io/generate_images.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/images.json', import.meta.url), 'utf8'),
) as { cases: Case[] };
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const expectedOf = (one: Case) => new Uint16Array(bytesOf(one.pixels).buffer);

describe('reads what Pillow reads and imagecodecs wrote', () => {
  test.each(cases)('$name', async (one) => {
    const { pixels, maxValue, pages } = await decodeImage(bytesOf(one.file));
    expect(pixels.shape).toEqual(one.shape);
    expect(maxValue).toBe(2 ** Number(/(\d+) bit/.exec(one.name)?.[1] ?? 8) - 1);
    expect(pages).toBe(1);
    expect(pixels.data).toBeAllclose(expectedOf(one), { rtol: 0, atol: one.tolerance });
  });
});

test('JPEG pixels are those of libjpeg on average to a tenth', async () => {
  for (const one of cases.filter(({ name }) => name.startsWith('JPEG'))) {
    const { pixels } = await decodeImage(bytesOf(one.file));
    const expected = expectedOf(one);
    let sum = 0;
    for (let i = 0; i < expected.length; i++) sum += pixels.data[i]! - expected[i]!;
    expect(Math.abs(sum / expected.length)).toBeLessThan(0.1);
  }
});

describe('writes PNG that reads back the same', () => {
  test.each([1, 2, 3, 4])('%i channels, 8 and 16 bit, any stride', async (channels) => {
    for (const [Type, most] of [
      [Uint8Array, 255],
      [Uint16Array, 65535],
    ] as const) {
      const data = new Type(5 * 7 * channels).map((_, i) => (i * 7919 * 31) % (most + 1));
      const pixels = ndarray(data, [5, 7, channels]);
      const turned = pixels.transpose(1, 0, 2).step(-1, 1, 1);
      for (const view of [pixels, turned]) {
        const again = await decodeImage(await encodeImage(view));
        expect(again.maxValue).toBe(most);
        expect(again.pixels.shape).toEqual(view.shape);
        for (let r = 0; r < view.shape[0]!; r++) {
          for (let c = 0; c < view.shape[1]!; c++) {
            for (let k = 0; k < channels; k++) {
              expect(again.pixels.get(r, c, k)).toBe(view.get(r, c, k));
            }
          }
        }
      }
    }
  });

  test('to a file, complete or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'images-'));
    const mask = ndarray(
      Uint8Array.from({ length: 12 }, (_, i) => i),
      [3, 4],
    );
    await writeImage(join(folder, 'mask.png'), mask);
    expect(await readdir(folder)).toEqual(['mask.png']);
    const { pixels } = await readImage(join(folder, 'mask.png'));
    expect([...pixels.data]).toEqual([...mask.data]);
    await expect(writeImage(join(folder, 'a.jpg'), mask)).rejects.toThrow(/must end in \.png/);
    await expect(writeImage(join(folder, 'no', 'a.png'), mask)).rejects.toThrow(/no such file or/);
    await expect(readImage(join(folder, 'b.png'))).rejects.toThrow(/cannot read .*b\.png: there/);
  });

  test('shape and type are checked', async () => {
    const five = ndarray(new Uint8Array(5), [1, 1, 5]);
    await expect(encodeImage(five)).rejects.toThrow(
      /\[row, column, 1 to 4 channels\], got \[1, 1, 5/,
    );
    const floats = ndarray(new Float32Array(4), [2, 2]);
    await expect(encodeImage(floats as never)).rejects.toThrow(/Uint8Array or Uint16Array/);
  });
});

describe('what is damaged is refused, and says why', () => {
  test('no image, no bytes, no such page, no such option', async () => {
    await expect(decodeImage(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      /must start like one of PNG, JPEG, TIFF, got bytes 01 02 03/,
    );
    await expect(decodeImage(new Uint8Array(0))).rejects.toThrow(/no bytes at all/);
    await expect(decodeImage('a' as never)).rejects.toThrow(TypeError);
    const png = bytesOf(cases.at(-1)!.file);
    await expect(decodeImage(png, { page: -1 })).rejects.toThrow(/`page` must be a whole number/);
    await expect(decodeImage(png, { palette: 'x' as never })).rejects.toThrow(/'expand' or 'keep'/);
  });

  test.each(cases)('every truncation: $name', async (one) => {
    const bytes = bytesOf(one.file);
    for (let length = 0; length < bytes.length; length += 1 + (length >> 4)) {
      const read = await decodeImage(bytes.subarray(0, length)).catch((error: unknown) => {
        expect(error).toBeInstanceOf(VolumeFormatError);
      });
      // A progressive image is whole, if less sharp, after each of its scans.
      if (read !== undefined) expect(one.name).toMatch(/progressive/);
    }
  });

  test('a PNG with any byte of its header or data changed', async () => {
    const bytes = bytesOf(cases.find(({ name }) => name === 'PNG grey')!.file);
    for (let at = 0; at < bytes.length - 12; at += 7) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x21;
      await expect(decodeImage(damaged)).rejects.toThrow(VolumeFormatError);
    }
  });

  test.each([
    ['GIF', 'GIF89a\x01\0', /got GIF; convert it, for example by ImageMagick/],
    ['WebP', 'RIFF\x24\0\0\0WEBPVP8 ', /got WebP; convert/],
    ['HEIC', '\0\0\0\x18ftypheic', /got HEIC or AVIF; convert/],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n', /got JPEG 2000; convert/],
    ['NIfTI', '\x5c\x01\0\0', /got NIfTI; it holds a volume: read it by `readVolume`/],
    ['DICOM', `${'\0'.repeat(128)}DICM`, /got DICOM; read it by `readVolume` or `readDicomImage`/],
  ])('%s is named, and never called damaged', async (_, start, message) => {
    const bytes = Uint8Array.from(`${start}${'x'.repeat(600)}`, (one) => one.charCodeAt(0));
    const error = (await decodeImage(bytes).catch((one: Error) => one)) as Error;
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/damaged/);
  });

  test('sizes that cannot be in the file reserve no memory', async () => {
    const jpeg = bytesOf(cases[0]!.file);
    const frame = Buffer.from(jpeg).indexOf(Buffer.from([0xff, 0xc0]));
    new DataView(jpeg.buffer).setUint32(frame + 5, 0xffffffff);
    await expect(decodeImage(jpeg)).rejects.toThrow(/65535×65535 pixels cannot be in \d+ bytes/);
  });
});
