import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { decodeImage, VolumeFormatError } from '../src/index.ts';

interface Stored {
  readonly type: keyof typeof types;
  readonly shape: readonly number[];
  /** gzip in base64. */
  readonly data: string;
}

interface Case {
  readonly name: string;
  readonly file: string;
  /** Which of the arrays. */
  readonly pixels: string;
  readonly tolerance: number;
  readonly pages: number;
}

// Generator: tools/fixtures/volume-io/generate_tiff.py
const { arrays, cases, refused } = JSON.parse(
  readFileSync(new URL('./fixtures/tiff.json', import.meta.url), 'utf8'),
) as {
  arrays: Readonly<Record<string, Stored>>;
  cases: readonly Case[];
  refused: readonly { readonly name: string; readonly file: string }[];
};
const types = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

function expectedOf({ pixels }: Case) {
  const { type, shape, data } = arrays[pixels]!;
  const content = gunzipSync(Buffer.from(data, 'base64'));
  const [rows, columns, channels = 1] = shape;
  return {
    shape: [rows, columns, channels],
    data: new types[type](new Uint8Array(content).buffer),
  };
}

function caseOf(name: string): Case {
  return cases.find((one) => one.name === name)!;
}

describe('reads the pixels that tifffile, libtiff and a writer of bytes wrote', () => {
  test.each(cases)('$name', async (one) => {
    const { pixels, pages, lossy, orientation } = await decodeImage(bytesOf(one.file));
    const expected = expectedOf(one);
    expect(pixels.shape).toEqual(expected.shape);
    expect(pixels.data.constructor).toBe(expected.data.constructor);
    expect([pages, lossy, orientation]).toEqual([one.pages, one.name.startsWith('JPEG'), 1]);
    if (one.tolerance === 0) expect(pixels.data).toEqual(expected.data);
    else {
      expect(pixels.data).toBeAllclose(expected.data, { rtol: 0, atol: one.tolerance });
      let sum = 0;
      for (const [i, value] of expected.data.entries()) sum += Math.abs(value - pixels.data[i]!);
      expect(sum / expected.data.length).toBeLessThan(2);
    }
  });
});

test.each([
  ['1 bit, lowest first', 1],
  ['bits of palettes', 65535],
  ['12 bit, little-endian', 4095],
  ['int16, big-endian', 32767],
  ['uint32, little-endian', 2 ** 32 - 1],
  ['float16, little-endian', 1],
])('the value of white: %s', async (name, white) => {
  const one = name === 'bits of palettes' ? caseOf('palette of 1 bit') : caseOf(name);
  expect((await decodeImage(bytesOf(one.file))).maxValue).toBe(white);
});

test('palettes are kept when asked for, with their colours', async () => {
  const file = bytesOf(caseOf('palette of 1 bit').file);
  const { pixels, maxValue, colours } = await decodeImage(file, { palette: 'keep' });
  expect([pixels.shape[2], maxValue]).toEqual([1, 1]);
  expect(new Set(pixels.data)).toEqual(new Set([0, 1]));
  expect(colours).toEqual([
    [0, 0, 0],
    [255, 1, 0],
  ]);
});

// tifffile.imwrite of a mask of bool, read by tifffile.imread, is the mask; by Pillow and OpenCV what is beside it.
test('what tifffile writes of true and false is read as others do, with a word', async () => {
  const wordsOf = async (name: string) => {
    const words: string[] = [];
    await decodeImage(bytesOf(caseOf(name).file), { name, onWarning: (text) => words.push(text) });
    return words;
  };
  const [word, ...more] = await wordsOf('0 is white, 1 bit, little-endian');
  expect(word).toMatch(/^0 is white, 1 bit.*tifffile.*astype\('uint8'\)/);
  expect(more).toEqual([]);
  for (const name of ['0 is white, 8 bit, little-endian', '1 bit, lzw, little-endian']) {
    expect(await wordsOf(name)).toEqual([]);
  }
});

test('strips that no file of this size can hold are refused before they are read', async () => {
  for (const name of ['a last strip of one row', 'RGB in planes, a last strip of one row']) {
    const bytes = bytesOf(caseOf(`${name}, little-endian`).file);
    const view = new DataView(bytes.buffer);
    const entry = Buffer.from(bytes).indexOf(Buffer.from('0101', 'hex'), view.getUint32(4, true));
    const [type, rows] = [view.getUint16(entry + 2, true), view.getUint16(entry + 8, true)];
    expect([3, 4]).toContain(type);
    // As many strips as before, but both whole.
    view.setUint16(entry + 8, 2 * (rows - 1), true);
    await expect(decodeImage(bytes)).rejects.toThrow(/pixels cannot be in \d+ bytes/);
  }
});

test('each page is found', async () => {
  const file = bytesOf(caseOf('three pages, little-endian').file);
  const first = (await decodeImage(file)).pixels;
  const [second, third] = [
    (await decodeImage(file, { page: 1 })).pixels,
    (await decodeImage(file, { page: 2 })).pixels,
  ];
  expect([...second.data]).toEqual([...first.data].map((value) => 255 - value));
  expect([...third.data]).toEqual([...first.data].map((value) => value >> 1));
  await expect(decodeImage(file, { page: 3 })).rejects.toThrow(/`page` must be below 3/);
});

test('what is not read is refused by its name, and never called damaged', async () => {
  const names: Readonly<Record<string, RegExp>> = {
    zstd: /compressed by Zstandard \(compression 50000\).*tiffcp/,
    lzma: /compressed by LZMA/,
    jpeg2000: /compressed by JPEG 2000/,
    jpegxl: /compressed by JPEG XL/,
    png: /compressed by PNG/,
    lerc: /compressed by LERC/,
    webp: /compressed by WebP/,
    CMYK: /inks \(CMYK\).*magick/,
    LAB: /CIE L\*a\*b\*/,
    YCbCr: /luminance and chrominance \(YCbCr\) without JPEG/,
    complex: /samples of 64 bits in format 6/,
    int64: /samples of 64 bits in format 2/,
  };
  expect(refused.map(({ name }) => name).sort()).toEqual(Object.keys(names).sort());
  for (const { name, file } of refused) {
    const error = await decodeImage(bytesOf(file), { name: 'a.tif' }).catch((one: Error) => one);
    expect(error).toBeInstanceOf(VolumeFormatError);
    expect((error as Error).message).toMatch(names[name]!);
    expect((error as Error).message).not.toMatch(/damaged/);
  }
});

test('a file that is cut off before or within its pixels is never read', async () => {
  // Directories of these files lie before the pixels, so that cutting leaves the fields whole.
  const plain = cases.filter(
    ({ name }) => /little-endian/.test(name) && !/tiles|pages|copy/.test(name),
  );
  for (const one of plain) {
    const bytes = bytesOf(one.file);
    for (const share of [0.2, 0.5, 0.8]) {
      const cut = bytes.subarray(0, Math.floor(share * bytes.length));
      await expect(decodeImage(cut), `${one.name} ${share}`).rejects.toThrow(VolumeFormatError);
    }
  }
});

test('differences that are named where there are none leave the pixels alone', async () => {
  const onWarning = vi.fn();
  const file = bytesOf(caseOf('differences named but not made').file);
  const { pixels } = await decodeImage(file, { name: 'a.tif', onWarning });
  expect(onWarning.mock.calls).toEqual([[expect.stringMatching(/^a\.tif: names differences/)]]);
  expect(pixels.data).toEqual(expectedOf(caseOf('8 bit, None, little-endian')).data);
});

describe('images behind one directory are counted', () => {
  // tifffile.imwrite(file, numpy.arange(40, dtype='uint8').reshape(4, 2, 5), truncate=True, …), tifffile 2026.3.3
  test.each([
    [
      "photometric='minisblack'",
      'SUkqAAgAAAAOAAABBAABAAAABQAAAAEBBAABAAAAAgAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAAA4BAgAoAAAAtgAAABEBBAABAAAAEAEAABUBAwABAAAAAQAAABYBBAABAAAAAgAAABcBBAABAAAACgAAABoBBQABAAAA7gAAABsBBQABAAAA9gAAACgBAwABAAAAAQAAADEBAgAMAAAA/gAAAAAAAAB7InNoYXBlIjogWzQsIDIsIDVdLCAidHJ1bmNhdGVkIjogdHJ1ZX0AAAAAAAAAAAAAAAAAAAAAAAEAAAABAAAAAQAAAAEAAAB0aWZmZmlsZS5weQAAAAAAAAAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn',
    ],
    [
      'imagej=True',
      'SUkqAAgAAAAOAAABBAABAAAABQAAAAEBBAABAAAAAgAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAAA4BAgBBAAAAtgAAABEBBAABAAAAYAEAABUBAwABAAAAAQAAABYBBAABAAAAAgAAABcBBAABAAAACgAAABoBBQABAAAANgEAABsBBQABAAAAPgEAACgBAwABAAAAAQAAADEBAgAMAAAARgEAAAAAAABJbWFnZUo9MS4xMWEKaW1hZ2VzPTQKY2hhbm5lbHM9NApoeXBlcnN0YWNrPXRydWUKbW9kZT1ncmF5c2NhbGUKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAABAAAAAQAAAAEAAAB0aWZmZmlsZS5weQAAAAAAAAAAAAAAAAAAAAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic=',
    ],
  ])('%s', async (_, file) => {
    const { pages, pixels } = await decodeImage(bytesOf(file));
    expect(pages).toBe(4);
    expect(pixels.shape).toEqual([2, 5, 1]);
    expect([...pixels.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
