import {
  appendFileSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '@sts-net/datasets';
import type { CaseReader } from '@sts-net/experiment/batches';
import type { Preprocessing } from '@sts-net/inference';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it } from 'vitest';
import { CaseCache, type CaseCacheOptions } from '../../src/cases/case-cache.ts';
import { fileReader } from '../../src/cases/case-reader.ts';
import { CaseStore } from '../../src/cases/case-store.ts';
import { withFaultyDisk } from '../faulty-disk.ts';

const [rows, columns] = [40, 30];
const preprocessing = { context: 1, normalization: { name: 'all' } } as const;

let folder: string;
let cacheFolder: string;
beforeEach(() => {
  folder = temporaryFolder();
  // Neither it nor the folder around it exists.
  cacheFolder = join(folder, 'deep', 'cache');
});

/** Writes a photograph and its mask, other ones for each id. */
async function photograph(id: string, { content = id, ending = 'png', labels = [0, 255] } = {}) {
  const one = file(id, `${id}.${ending}`, `${id}.m.png`);
  const colours = uniform(content, rows * columns * 3).map((u) => Math.floor(256 * u));
  await writeImage(one.image, ndarray(Uint8Array.from(colours), [rows, columns, 3]));
  await writeMask(one.mask, labels);
  return one;
}

async function writeMask(path: string, labels: readonly number[]) {
  const mask = Uint8Array.from({ length: rows * columns }, (_, i) => labels[i % labels.length]!);
  await writeImage(path, ndarray(mask, [rows, columns]));
}

/** Writes a volume of `values` and its mask. */
async function volume(id: string, values: (i: number) => number, ending = 'nii.gz') {
  const shape = [3, rows, columns];
  const one = file(id, `${id}.${ending}`, `${id}.m.nii.gz`);
  const image = Float32Array.from({ length: 3 * rows * columns }, (_, i) => values(i));
  const spacing = [3, 0.9, 1.1] as const;
  await writeVolume(one.image, createVolume(ndarray(image, shape), { spacing }));
  const mask = Uint8Array.from(image, (_, i) => Number(i % 7 === 0));
  await writeVolume(one.mask, createVolume(ndarray(mask, shape), { spacing }));
  return one;
}

function file(id: string, image: string, mask: string): Case & { readonly image: string } {
  return { id, group: id, image: join(folder, image), mask: join(folder, mask) };
}

/** A store of a process of its own, as it were: how often it decodes, and what it says. */
function process(
  { gigabytes = 1, ...options }: CaseCacheOptions & { gigabytes?: number } = {},
  use: Partial<ConstructorParameters<typeof CaseStore>[0]> = {},
) {
  const decoded: string[] = [];
  const said: string[] = [];
  const reader: CaseReader = {
    ...fileReader,
    image(one) {
      decoded.push(one.id);
      return fileReader.image(one);
    },
  };
  const onWarning = (text: string) => void said.push(text);
  const cache = new CaseCache({ folder: cacheFolder, gigabytes }, { onWarning, ...options });
  // Of a memory of no size only the last case is kept.
  const store = new CaseStore(
    { preprocessing, classes: 2, ...use },
    { reader, cache, megabytes: 1e-9 },
  );
  return { store, decoded, said };
}

const plain = (one: Case, use = {}) =>
  new CaseStore({ preprocessing, classes: 2, ...use }).load(one);
const kept = () => readdirSync(cacheFolder).filter((name) => name.endsWith('.case'));
const sizeOf = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + statSync(join(cacheFolder, name)).size, 0);

describe('a case that was kept is the one that was read, without decoding', () => {
  const cases: [string, () => Promise<Case>, number][] = [
    ['photograph', () => photograph('a'), 1],
    ['grey photograph', () => photograph('a', { content: 'grey' }), 1],
    ['volume of 8 bit', () => volume('a', (i) => i % 251), 1],
    ['volume of 16 bit', () => volume('a', (i) => i * 18), 2],
    ['volume with a sign', () => volume('a', (i) => i - 40), 2],
    ['volume of fractions', () => volume('a', (i) => i / 3), 4],
    ['volume of large numbers', () => volume('a', (i) => i * 1e6), 4],
    ['volume with −0', () => volume('a', (i) => (i === 5 ? -0 : i % 9)), 4],
  ];
  it.each(cases)('%s', async (_, make, bytes) => {
    const one = await make();
    const expected = await plain(one);
    const first = process();
    expect(await first.store.load(one)).toEqual(expected);
    const second = process();
    const loaded = await second.store.load(one);
    expect(loaded).toEqual(expected);
    expect([first.decoded, second.decoded]).toEqual([['a'], []]);
    expect([first.said, second.said]).toEqual([[], []]);
    for (const { image, mask } of loaded.samples) {
      expect(image.data).toBe(loaded.images[0].voxels.data);
      expect(mask.data).toBe(loaded.mask.voxels.data);
    }
    const voxels = expected.images[0].voxels.data.length * bytes + expected.mask.voxels.data.length;
    expect(sizeOf(kept()) - voxels).toBeGreaterThan(0);
    expect(sizeOf(kept()) - voxels).toBeLessThan(2500);
  });

  it.each([
    { size: [8, 6] },
    { axis: 2, edge: 'drop' },
    { context: 0, normalization: { name: 'percentile', low: 1, high: 99 } },
    { normalization: { name: 'window', low: 0, high: 50 } },
    {
      orientation: 'SAR',
      spacing: { inPlane: [1, 2] },
      clip: { name: 'window', low: 5, high: 70 },
    },
    { normalization: undefined },
  ] as const)('with %j', async (changes) => {
    const use = { preprocessing: { ...preprocessing, ...changes } };
    const one = await volume('a', (i) => i % 100);
    const expected = await plain(one, use);
    await process({}, use).store.load(one);
    const { store, decoded } = process({}, use);
    expect(await store.load(one)).toEqual(expected);
    expect(decoded).toEqual([]);
  });

  it('with what there is to say about its mask', async () => {
    const [a, b] = [
      await photograph('a', { content: 'x', labels: [0, 1, 255] }),
      await photograph('b', { content: 'x', labels: [0, 1, 255] }),
    ];
    const first = process().store;
    await first.load(a);
    expect(first.warning).toMatch(/^case 'a': the mask holds/);
    const { store, decoded } = process();
    await store.load(b);
    expect(store.warning).toBe(first.warning!.replace("case 'a'", "case 'b'"));
    expect(decoded).toEqual([]);
  });
});

describe('what is kept goes by all that it depends on', () => {
  it('not by names and places', async () => {
    await process().store.load(await photograph('a', { content: 'x' }));
    const { store, decoded } = process();
    const other = { ...(await photograph('b', { content: 'x' })), group: 'patient' };
    expect((await store.load(other)).samples).toMatchObject([{ id: 'b', group: 'patient' }]);
    expect([decoded, kept().length]).toEqual([[], 1]);
  });

  it.each([
    ['preprocessing', { preprocessing: { ...preprocessing, size: [8, 8] as const } }],
    ['normalization', { preprocessing: { ...preprocessing, normalization: undefined } }],
    ['channels', { preprocessing: { ...preprocessing, context: 0 } }],
    ['classes', { classes: 3 }],
  ])('by %s', async (_, use) => {
    const one = await photograph('a', { labels: [0, 1] });
    await process().store.load(one);
    const { store, decoded } = process({}, use);
    expect(await store.load(one)).toEqual(await plain(one, use));
    expect([decoded, kept().length]).toEqual([['a'], 2]);
  });

  it('by what is done to its grid and its intensities', async () => {
    const one = await volume('a', (i) => i % 100);
    const changes: Preprocessing[] = [
      {},
      { orientation: 'LPS' },
      { spacing: { inPlane: [1, 1] } },
      { spacing: { throughPlane: 1 } },
      { clip: { name: 'window', low: 0, high: 9 } },
      { clip: { name: 'percentile', low: 0, high: 9 } },
    ];
    for (const change of changes) {
      const use = { preprocessing: { ...preprocessing, ...change } };
      const { store, decoded } = process({}, use);
      expect(await store.load(one)).toEqual(await plain(one, use));
      expect(decoded).toEqual(['a']);
    }
    expect(kept()).toHaveLength(changes.length);
  });

  it('by the content of image and mask', async () => {
    await process().store.load(await photograph('a'));
    const changed = [
      await photograph('a', { content: 'other' }),
      await photograph('a', { content: 'other', labels: [255, 0, 0] }),
    ];
    for (const [i, one] of changed.entries()) {
      if (i === 0) await writeMask(one.mask, [0, 255]);
      else await writeMask(one.mask, [255, 0, 0]);
      const { store, decoded } = process();
      expect(await store.load(one)).toEqual(await plain(one));
      expect([decoded, kept().length]).toEqual([['a'], i + 2]);
    }
  });

  it('and a file that was changed since its digest was taken is not kept', async () => {
    const one = await photograph('a');
    const { store, said } = process({ digests: new Map([[one.image, 'another']]) });
    expect(await store.load(one)).toEqual(await plain(one));
    await mkdir(cacheFolder, { recursive: true });
    expect([kept(), said]).toEqual([[], []]);
  });

  it('and files whose voxels may lie in another are not kept', async () => {
    for (const ending of ['nrrd', 'mha']) {
      const one = await volume('a', (i) => i, ending);
      const { store } = process();
      expect(await store.load(one)).toEqual(await plain(one));
    }
    await mkdir(cacheFolder, { recursive: true });
    expect(kept()).toEqual([]);
  });
});

describe('a file that is damaged', () => {
  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    ['of another bit', (bytes: Buffer) => bytes.fill(bytes[200]! ^ 1, 200, 201)],
    ['of another checksum', (bytes: Buffer) => bytes.fill(bytes[0]! ^ 1, 0, 1)],
  ])('%s is said once and made anew', async (_, damage) => {
    const cases = [await photograph('a'), await photograph('b')];
    for (const one of cases) await process().store.load(one);
    for (const name of kept()) {
      const path = join(cacheFolder, name);
      writeFileSync(path, damage(readFileSync(path)));
    }
    const { store, decoded, said } = process();
    for (const one of cases) expect(await store.load(one)).toEqual(await plain(one));
    expect(decoded).toEqual(['a', 'b']);
    expect(said).toEqual([expect.stringMatching(/^'.*\.case' was damaged; /)]);
    const after = process();
    for (const one of cases) await after.store.load(one);
    expect([after.decoded, after.said]).toEqual([[], []]);
  });
});

describe('the folder', () => {
  it('takes several writers of the same cases at once, and keeps nothing half done', async () => {
    const cases = await Promise.all(['a', 'b', 'c'].map((id) => photograph(id)));
    const writers = Array.from({ length: 4 }, () => process());
    await Promise.all(
      writers.flatMap(({ store }) =>
        cases.map(async (one) => expect(await store.load(one)).toEqual(await plain(one))),
      ),
    );
    expect(writers.flatMap(({ said }) => said)).toEqual([]);
    expect(readdirSync(cacheFolder).sort()).toEqual(kept().sort());
    const { store, decoded } = process();
    for (const one of cases) expect(await store.load(one)).toEqual(await plain(one));
    expect([decoded, kept().length]).toEqual([[], 3]);
  });

  /** Room for two photographs, and a half. */
  async function twoAndAHalf(): Promise<number> {
    const one = await photograph('measured');
    await process().store.load(one);
    return (2.5 * sizeOf(kept())) / 2 ** 30;
  }

  it('gives up what was not used for longest', async () => {
    const gigabytes = await twoAndAHalf();
    const [first] = kept();
    await process({ gigabytes }).store.load(await photograph('a'));
    const second = kept().find((name) => name !== first)!;
    // The first was used last.
    utimesSync(join(cacheFolder, second), 1000, 1000);
    utimesSync(join(cacheFolder, first!), 2000, 2000);
    writeFileSync(join(cacheFolder, 'notes.txt'), 'of someone else');
    const { store, said } = process({ gigabytes });
    await store.load(await photograph('b'));
    expect(kept()).toHaveLength(2);
    expect(kept()).toContain(first);
    expect(kept()).not.toContain(second);
    expect(readdirSync(cacheFolder)).toContain('notes.txt');
    expect(said).toEqual([]);
  });

  it('counts reading as use', async () => {
    const gigabytes = await twoAndAHalf();
    const [first] = kept();
    await process({ gigabytes }).store.load(await photograph('a'));
    for (const name of kept()) {
      utimesSync(
        join(cacheFolder, name),
        name === first ? 1000 : 2000,
        2000 - Number(name === first),
      );
    }
    await process().store.load(await photograph('measured'));
    await process({ gigabytes }).store.load(await photograph('b'));
    expect(kept()).toHaveLength(2);
    expect(kept()).toContain(first);
  });

  it('stays within its limit, and a process keeps what it uses and says that it needs more', async () => {
    const gigabytes = await twoAndAHalf();
    const cases = await Promise.all(['a', 'b', 'c', 'd'].map((id) => photograph(id)));
    const { store, decoded, said } = process({ gigabytes });
    for (let round = 0; round < 3; round++) {
      for (const one of cases) {
        await store.load(one);
        expect(sizeOf(kept())).toBeLessThanOrEqual(gigabytes * 2 ** 30);
      }
    }
    expect(decoded).toEqual(['a', 'b', 'c', 'd', 'c', 'd', 'c', 'd']);
    expect(said).toEqual([expect.stringContaining('raise `data.cacheGigabytes`')]);
  });

  it('is cleared of what killed processes left, long after', async () => {
    await process().store.load(await photograph('a'));
    const left = ['1', '2'].map((n) => {
      const name = `.${n.repeat(64)}.0f8fad5b-d9cb-469f-a165-70867728950e.tmp`;
      appendFileSync(join(cacheFolder, name), 'half');
      return name;
    });
    utimesSync(join(cacheFolder, left[0]!), 1000, 1000);
    await process().store.load(await photograph('b'));
    expect(readdirSync(cacheFolder)).not.toContain(left[0]);
    expect(readdirSync(cacheFolder)).toContain(left[1]);
  });

  it.each([
    [{ bytes: 900 }, /^cannot write '.*cache': the disk is full/],
    ['EACCES', /^cannot write '.*cache': permission is denied/],
  ] as const)(
    'is done without where writing fails (%j), which is said once',
    async (fault, message) => {
      const cases = await Promise.all(['a', 'b', 'c'].map((id) => photograph(id)));
      await process().store.load(cases[0]!);
      const { store, decoded, said } = process();
      await withFaultyDisk(fault, async () => {
        for (const one of cases) expect(await store.load(one)).toEqual(await plain(one));
      });
      expect(decoded).toEqual(['b', 'c']);
      expect(said).toEqual([expect.stringMatching(message)]);
      expect(readdirSync(cacheFolder)).toHaveLength(1);
    },
  );

  it('may be a file by mistake', async () => {
    cacheFolder = join(folder, 'file');
    writeFileSync(cacheFolder, '');
    const one = await photograph('a');
    const { store, said } = process();
    expect(await store.load(one)).toEqual(await plain(one));
    expect(said).toEqual([expect.stringMatching(/^cannot write '.*file': /)]);
  });
});
