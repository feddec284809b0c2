import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { checkManifests } from '../src/check/check-manifest.ts';
import { imageSeal } from '../src/images/image-digest.ts';
import { datasets } from '../src/kinds/datasets.ts';
import type { ManifestItem } from '../src/manifest/manifest-item.ts';
import { loadManifest } from '../src/manifest/read-manifest.ts';
import { manifestText } from '../src/manifest/write-manifest.ts';
import { prepareDataset } from '../src/prepare/prepare-dataset.ts';
import { makeBusi } from './make-images.ts';

/** A prepared data set, and the check of its manifest after a change of its second item. */
async function prepared() {
  const data = temporaryFolder();
  await makeBusi(data);
  const output = join(temporaryFolder(), 'prepared');
  await prepareDataset(datasets.busi, data, output);
  const path = join(output, 'manifest.jsonl');
  const items = await loadManifest(path);
  const fileOf = (index: number) => resolve(output, items[index]!.image as string);
  const check = (change: Partial<ManifestItem> = {}) => {
    const changed = items.map((item, i) => (i === 1 ? { ...item, ...change } : item));
    writeFileSync(path, manifestText(changed));
    return checkManifests([path]);
  };
  return { items, fileOf, check };
}

describe('a check of what data prepare found in images', () => {
  it('does not look at pixels again while neither file nor manifest was changed', async () => {
    const { items, fileOf, check } = await prepared();
    expect((await check()).errors).toEqual([]);
    // What cannot be decoded shows that it is not.
    writeFileSync(fileOf(1), 'no image');
    expect((await check()).errors).toEqual([expect.stringContaining('must start like one of')]);
    const seal = await imageSeal([fileOf(1)], items[1]!);
    expect((await check({ seal })).errors).toEqual([]);
  });

  it('sees a changed file', async () => {
    const { fileOf, check } = await prepared();
    copyFileSync(fileOf(2), fileOf(1));
    expect((await check()).errors[0]).toMatch(/its digest is .* the file was changed/);
  });

  it.each([
    { digest: 'a'.repeat(64) },
    { size: [1, 24, 31] },
    { fingerprint: 'A'.repeat(340) },
    { seal: undefined },
    { fingerprint: undefined },
  ] as const)('looks again where the manifest was changed: %o', async (change) => {
    const { fileOf, items, check } = await prepared();
    const wrong = 'digest' in change || 'size' in change;
    expect((await check(change)).errors).toHaveLength(wrong ? 1 : 0);
    // With its own seal, what the manifest says is believed but for what masks tell.
    const seal = await imageSeal([fileOf(1)], { ...items[1]!, ...change } as ManifestItem);
    const believed = await check({ ...change, seal } as Partial<ManifestItem>);
    expect(believed.errors).toHaveLength('size' in change ? 1 : 0);
  });

  it('finds images that are nearly the same by the manifest alone', async () => {
    const { items, fileOf, check } = await prepared();
    const { fingerprint } = items[3]!;
    const seal = await imageSeal([fileOf(1)], { ...items[1]!, fingerprint });
    const { alike } = await check({ fingerprint, seal });
    expect(alike).toEqual([[items[1]!.id, items[3]!.id]]);
  });
});
