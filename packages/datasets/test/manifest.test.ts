import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { imageDigest } from '../src/images/image-digest.ts';
import type { ManifestItem } from '../src/manifest/manifest-item.ts';
import { loadManifest } from '../src/manifest/read-manifest.ts';
import { manifestText } from '../src/manifest/write-manifest.ts';

const item: ManifestItem = {
  id: 'ä (1)',
  group: 'p1',
  image: '../data/ä (1).png',
  mask: null,
  size: [1, 20, 30],
  spacing: null,
  area: 0,
  digest: 'a'.repeat(64),
};
const full: ManifestItem = {
  ...item,
  id: 'b',
  mask: 'masks/b.nii.gz',
  spacing: [3, 1, 1],
  area: 7,
  split: 'test',
  source: { id: 'ä (1)', operation: 'flip' },
};

async function read(text: string): Promise<readonly ManifestItem[]> {
  const path = join(temporaryFolder(), 'manifest.jsonl');
  writeFileSync(path, text);
  return loadManifest(path);
}

describe('manifest', () => {
  it('reads back what was written, keys in one order', async () => {
    const shuffled = Object.fromEntries(Object.entries(full).reverse()) as unknown as ManifestItem;
    const text = manifestText([item, shuffled]);
    expect(await read(text)).toEqual([item, full]);
    expect(Object.keys(JSON.parse(text.split('\n')[1]!))).toEqual(Object.keys(full));
    expect(await read(`\n${text.replaceAll('\n', '\r\n')}\n`)).toEqual([item, full]);
  });

  it.each([
    ['no JSON', '{"id":', 'not valid JSON'],
    ['no object', '5', 'must hold an object, got 5'],
    ['a missing field', JSON.stringify({ ...item, area: undefined }), 'area: expected'],
    ['an unknown field', JSON.stringify({ ...item, colour: 1 }), 'colour: unknown key'],
    ['a bad size', JSON.stringify({ ...item, size: [1, 0, 3] }), 'size[1]: expected'],
    ['a path as id', JSON.stringify({ ...item, id: 'a/b' }), 'id: must not contain /'],
    ['a digest that is none', JSON.stringify({ ...item, digest: 'abc' }), 'digest: must be'],
    ['an area without a mask', JSON.stringify({ ...item, area: 3 }), 'area: must be 0'],
    ['an id that was there', JSON.stringify(item), "'ä (1)' is also in line 1"],
  ])('refuses %s, naming file and line', async (_, line, message) => {
    const failure = read(`${JSON.stringify(item)}\n${line}\n`);
    await expect(failure).rejects.toThrow(/manifest\.jsonl', line 2: /);
    await expect(failure).rejects.toThrow(message);
  });

  it('passes over the byte order mark that editors of Windows begin with', async () => {
    expect(await read(`\uFEFF${JSON.stringify(item)}\r\n`)).toEqual([item]);
  });

  it('refuses a manifest without items, and one that is not there', async () => {
    await expect(read('\n')).rejects.toThrow('at least one item');
    const nowhere = loadManifest(join(temporaryFolder(), 'no.jsonl'));
    await expect(nowhere).rejects.toThrow('it does not exist');
  });
});

describe('imageDigest', () => {
  // printf '1×1×2\n' and the bytes of 1 and 2 as float32, through sha256sum.
  const known = '1a87fa6406fcc2beb6b2ce380daa5ae753f12725a0df49db82240fba70407b7e';

  it('is the SHA-256 of shape and float32 voxels, as sha256sum computes it', () => {
    expect(imageDigest(ndarray(Uint8Array.of(1, 2), [1, 1, 2]))).toBe(known);
  });

  it('depends on values and shape, not on type and order in memory', () => {
    const rows = ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
    const columns = ndarray(Int16Array.of(1, 4, 2, 5, 3, 6), [1, 2, 3], [6, 1, 2]);
    expect(imageDigest(columns)).toBe(imageDigest(rows));
    expect(imageDigest(ndarray(rows.data, [1, 3, 2]))).not.toBe(imageDigest(rows));
  });
});
