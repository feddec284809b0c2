import { constants, gzipSync, inflateRawSync } from 'node:zlib';
import { uniform } from '@sts-net/testing';
import ndarray from 'ndarray';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createVolume, type decodeVolume, encodeVolume } from '../src/index.ts';

/**
 * As the standard has it and browsers do: data come out as they go in, and whatever follows the first
 * member is an error.
 */
class StrictDecompressionStream extends TransformStream<Uint8Array, Uint8Array> {
  static started = 0;
  constructor() {
    StrictDecompressionStream.started++;
    let bytes = Buffer.alloc(0);
    let given = 0;
    super({
      transform(part, controller) {
        bytes = Buffer.concat([bytes, part]);
        if (bytes.readUInt32BE(0) >>> 8 !== 0x1f8b08) throw new TypeError('no gzip');
        const { buffer } = inflatedPart(bytes);
        for (; given < buffer.length; given += 1000) {
          controller.enqueue(new Uint8Array(buffer.subarray(given, given + 1000)));
        }
      },
      flush() {
        const { buffer, used } = inflatedPart(bytes);
        const isWhole = bytes.length === 10 + used + 8;
        if (!isWhole || bytes.readUInt32LE(bytes.length - 4) !== buffer.length) {
          throw new TypeError('cut off, or followed by something else');
        }
      },
    });
  }
}

/** What a member that may be cut off holds, and how much of its data that took. */
function inflatedPart(bytes: Buffer): { readonly buffer: Buffer; readonly used: number } {
  const { buffer, engine } = inflateRawSync(bytes.subarray(10), {
    info: true,
    finishFlush: constants.Z_SYNC_FLUSH,
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  return { buffer, used: engine.bytesWritten };
}

const runtimes = [
  { runtime: 'Node', stub: false },
  { runtime: 'browsers', stub: true },
];
afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** `decodeVolume` of a runtime that has not been asked yet what its streams do. */
async function decoderOf(stub: boolean): Promise<typeof decodeVolume> {
  vi.resetModules();
  StrictDecompressionStream.started = 0;
  if (stub) vi.stubGlobal('DecompressionStream', StrictDecompressionStream);
  return (await import('../src/index.ts')).decodeVolume;
}

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

describe.each(runtimes)(
  'gzip files of several members, where streams are as in $runtime',
  ({ stub }) => {
    test.each([
      { sizes: [] },
      { sizes: [100] },
      { sizes: [352, 1, 0, 4000] },
      { sizes: Array<number>(20).fill(300) },
    ])('cut at $sizes', async ({ sizes }) => {
      const decode = await decoderOf(stub);
      expect((await decode(inMembers(sizes))).voxels.data).toEqual(values);
    });

    test('data that look like members are none', async () => {
      const decode = await decoderOf(stub);
      // Stored as they are, with headers of gzip among the voxels.
      const fake = new Int16Array(4000);
      for (const at of [100, 101, 1500, 3999]) fake.set([0x8b1f, 0x0008].slice(0, 4000 - at), at);
      const content = await encodeVolume(createVolume(ndarray(fake, [10, 20, 20])));
      const whole = gzipSync(content, { level: 0 });
      expect((await decode(whole)).voxels.data).toEqual(fake);
      const cut = Buffer.concat([
        gzipSync(content.subarray(0, 2000), { level: 0 }),
        gzipSync(content.subarray(2000), { level: 0 }),
      ]);
      expect((await decode(cut)).voxels.data).toEqual(fake);
    });

    test('what is cut off or followed by something else is damaged', async () => {
      const decode = await decoderOf(stub);
      const sound = inMembers([3000]);
      for (const bytes of [
        sound.subarray(0, sound.length - 9),
        sound.subarray(0, gzipSync(file.subarray(0, 3000)).length),
      ]) {
        await expect(decode(bytes)).rejects.toThrow(/cut off/);
      }
      const more = Buffer.concat([sound, gzipSync(Buffer.from('more'))]);
      await expect(decode(more)).rejects.toThrow(/must end after .* but more follow/);
    });

    test('many that look like members do not take forever', async () => {
      const decode = await decoderOf(stub);
      const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
      const many = Buffer.concat(Array<Buffer>(500).fill(header));
      await expect(decode(many)).rejects.toThrow(/the gzip data are damaged/);
      expect(StrictDecompressionStream.started).toBeLessThan(20);
    });
  },
);
