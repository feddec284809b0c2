import { gzipSync } from 'node:zlib';
import { uniform } from '@sts-net/testing';
import ndarray from 'ndarray';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createVolume, decodeVolume, encodeVolume } from '../src/index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const values = Int16Array.from(uniform('members', 4000), (u) => Math.floor(u * 1000));
const file = await encodeVolume(createVolume(ndarray(values, [10, 20, 20])));

/** Compressed piece by piece, one member each. */
function inMembers(sizes: readonly number[], level = 6): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (const size of [...sizes, file.length]) {
    parts.push(gzipSync(file.subarray(start, Math.min(file.length, start + size)), { level }));
    start += size;
  }
  return Buffer.concat(parts);
}

async function read(bytes: Uint8Array) {
  const warnings: string[] = [];
  const { voxels } = await decodeVolume(bytes, { onWarning: (text) => warnings.push(text) });
  return { data: voxels.data, warnings };
}

describe('gzip files of several members', () => {
  test.each([
    { sizes: [] },
    { sizes: [100] },
    { sizes: [352, 1, 0, 4000] },
    { sizes: Array<number>(20).fill(300) },
  ])('cut at $sizes', async ({ sizes }) => {
    expect(await read(inMembers(sizes))).toEqual({ data: values, warnings: [] });
  });

  test('are read where the runtime has no streams that inflate', async () => {
    vi.stubGlobal('DecompressionStream', undefined);
    expect((await read(inMembers([1000]))).data).toEqual(values);
  });

  test('data that look like members are none', async () => {
    // Stored as they are, with headers of gzip among the voxels.
    const fake = new Int16Array(4000);
    for (const at of [100, 101, 1500, 3999]) fake.set([0x8b1f, 0x0008].slice(0, 4000 - at), at);
    const content = await encodeVolume(createVolume(ndarray(fake, [10, 20, 20])));
    const cut = [content.subarray(0, 2000), content.subarray(2000)];
    for (const parts of [[content], cut]) {
      const bytes = Buffer.concat(parts.map((part) => gzipSync(part, { level: 0 })));
      expect((await read(bytes)).data).toEqual(fake);
    }
  });

  test('what is cut off is damaged, wherever it is cut', async () => {
    const sound = inMembers([3000]);
    const first = gzipSync(file.subarray(0, 3000)).length;
    for (const length of [sound.length - 1, sound.length - 9, first, first + 4, first - 4]) {
      await expect(read(sound.subarray(0, length)), String(length)).rejects.toThrow(/cut off/);
    }
  });

  test('a wrong checksum is damage', async () => {
    for (const back of [5, 1]) {
      const bytes = inMembers([]);
      bytes[bytes.length - back]! ^= 1;
      await expect(read(bytes)).rejects.toThrow(/the gzip data are damaged/);
    }
  });

  test('many that look like members are damage', async () => {
    const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    const many = Buffer.concat(Array<Buffer>(500).fill(header));
    await expect(read(many)).rejects.toThrow(/the gzip data are damaged/);
  });
});

// As gzip itself has it: zeros fill up tapes, anything else is worth a word.
describe('what follows the members', () => {
  test.each([
    ['zeros', Buffer.alloc(512), []],
    ['text', Buffer.from('garbage'), [/7 bytes follow the gzip data/]],
    ['half a signature', Buffer.from([0x1f, 0x8b]), [/2 bytes follow the gzip data/]],
    ['a member of its own', gzipSync(Buffer.from('more')), [/4 bytes follow the 8000 bytes of/]],
  ])('%s', async (_, more, expected) => {
    const { data, warnings } = await read(Buffer.concat([inMembers([3000]), more]));
    expect(data).toEqual(values);
    expect(warnings).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});
