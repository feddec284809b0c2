import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  type Case,
  checkLeakage,
  checkManifests,
  digestOfChannels,
  filesOf,
  findCases,
  type ImageFiles,
  imageDigest,
  isFlatImage,
  loadManifest,
  type ManifestItem,
  manifestText,
  readImageFile,
  readItemFiles,
  splitCases,
  writeManifest,
} from '../src/index.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

const item: ManifestItem = {
  id: 'a',
  group: 'p1',
  image: { t1: 'a_T1.nii.gz', flair: '../data/a_FLAIR.nii.gz' },
  mask: 'a_mask.nii.gz',
  size: [2, 3, 4],
  spacing: [3, 1, 2],
  area: 3,
  digest: 'a'.repeat(64),
};

/** A manifest in a folder of its own. */
function manifestOf(items: readonly object[], folder = temporaryFolder()): string {
  const path = join(folder, 'manifest.jsonl');
  writeFileSync(path, items.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return path;
}

describe('named channels in a manifest', () => {
  it('keep their order, and their paths lead from where it is written', async () => {
    const path = manifestOf([item]);
    const items = await loadManifest(path);
    expect(manifestText(items)).toContain(
      '"image":{"t1":"a_T1.nii.gz","flair":"../data/a_FLAIR.nii.gz"}',
    );
    const moved = join(dirname(path), 'deeper', 'still', 'manifest.jsonl');
    await writeManifest(moved, items, path);
    const [one] = await loadManifest(moved);
    expect(Object.entries(one!.image)).toEqual([
      ['t1', '../../a_T1.nii.gz'],
      ['flair', '../../../data/a_FLAIR.nii.gz'],
    ]);
  });

  it.each([
    [{}, 'image: must hold at least one channel'],
    [{ '': 'a.nii' }, 'image.: must name a channel'],
    [{ 'a/b': 'a.nii' }, 'image.a/b: must name a channel, as "flair"'],
    [{ 'a\\b': 'a.nii' }, 'must name a channel'],
    [{ 'a=b': 'a.nii' }, 'must name a channel'],
    [{ ' a': 'a.nii' }, 'must name a channel'],
    [{ t1: 'b.nii', 1: 'a.nii' }, 'image.1: must name a channel, as "flair": no number'],
    [{ t1: 5 }, 'image.t1: expected string, got 5'],
    [{ t1: '' }, 'image.t1: expected at least 1 character'],
    [5, 'image: expected string or object, got 5'],
  ])('are not %j', async (image, message) => {
    await expect(loadManifest(manifestOf([{ ...item, image }]))).rejects.toThrow(message);
  });

  it.each(['T1 (post)', 'T1w', 'b1000', '0-grad', 'é'])("may be called '%s'", async (name) => {
    const image = { [name]: 'a.nii' };
    expect((await loadManifest(manifestOf([{ ...item, image }])))[0]!.image).toEqual(image);
  });
});

/** A folder of empty files, and the cases that patterns find there, by the files' names in it. */
async function found(paths: readonly string[], image: ImageFiles, mask = '{id}_M.nii') {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  const inside = (path: string) => path.slice(folder.length + 1);
  const cases = await findCases({ folder: '.', image, mask }, folder);
  return cases.map((one) => ({
    id: one.id,
    group: one.group,
    mask: inside(one.mask),
    image:
      typeof one.image === 'string'
        ? inside(one.image)
        : Object.entries(one.image).map(([name, path]) => `${name} ${inside(path)}`),
  }));
}

describe('patterns of channels', () => {
  const image = { flair: '{id}_FLAIR.nii', t1: '{id}_T1.nii', t2: 't2/{id}.nii' };

  it('make one case of what has the same id, in the order of the patterns, whichever is there', async () => {
    const paths = ['a_T1.nii', 'a_FLAIR.nii', 't2/a.nii', 'b_T1.nii', 'c_FLAIR.nii', 't2/d.nii'];
    expect(await found([...paths, 'a_M.nii'], image)).toEqual([
      {
        id: 'a',
        group: 'a',
        mask: 'a_M.nii',
        image: ['flair a_FLAIR.nii', 't1 a_T1.nii', 't2 t2/a.nii'],
      },
      { id: 'b', group: 'b', mask: 'b_M.nii', image: ['t1 b_T1.nii'] },
      { id: 'c', group: 'c', mask: 'c_M.nii', image: ['flair c_FLAIR.nii'] },
      { id: 'd', group: 'd', mask: 'd_M.nii', image: ['t2 t2/d.nii'] },
    ]);
  });

  it('take groups from the names, and ids of one name in two groups apart', async () => {
    const own = { a: '{group}/{id}_A.nii', b: '{group}/{id}_B.nii' };
    const paths = ['p/x_A.nii', 'p/x_B.nii', 'q/y_B.nii'];
    const cases = await found(paths, own, '{group}/{id}.nii');
    expect(cases.map(({ id, group, mask }) => `${id} ${group} ${mask}`)).toEqual([
      'x p p/x.nii',
      'y q q/y.nii',
    ]);
    const same = found(['p/x_A.nii', 'q/x_B.nii'], own);
    await expect(same).rejects.toThrow("'x' occurs twice");
  });

  it('know * as anything but a slash', async () => {
    const own = { t1: '{group}/*/{id}_T1.nii', t2: '{group}/*/{id}_T2.nii' };
    const paths = ['p/s1/p_s1_T1.nii', 'p/s1/p_s1_T2.nii', 'p/s2/p_s2_T1.nii', 'p/s2/x/y_T1.nii'];
    expect((await found(paths, own)).map(({ id, group, image: own }) => [id, group, own])).toEqual([
      ['p_s1', 'p', ['t1 p/s1/p_s1_T1.nii', 't2 p/s1/p_s1_T2.nii']],
      ['p_s2', 'p', ['t1 p/s2/p_s2_T1.nii']],
    ]);
  });

  it('give a file to the pattern that says more of its name', async () => {
    const own = { flair: '{id}.nii', t1: '{id}_T1.nii' };
    expect(await found(['a.nii', 'a_T1.nii', 'b_T1.nii'], own)).toMatchObject([
      { id: 'a', image: ['flair a.nii', 't1 a_T1.nii'] },
      { id: 'b', image: ['t1 b_T1.nii'] },
    ]);
  });

  it('pass over capitals and Unicode forms, unless ids differ in nothing else', async () => {
    const own = { a: 'a/{id}.nii', b: 'b/{id}.nii' };
    const [decomposed, composed] = ['e\u0301', '\u00e9'];
    expect(await found([`a/${decomposed}.nii`, `b/${composed}.nii`], own)).toMatchObject([
      { id: composed, image: [`a a/${decomposed}.nii`, `b b/${composed}.nii`] },
    ]);
    expect(await found(['a/P1.nii', 'b/p1.nii'], own)).toMatchObject([
      { id: 'P1', image: ['a a/P1.nii', 'b b/p1.nii'] },
    ]);
    expect(await found(['a/P1.nii', 'b/p1.nii', 'a/p1.nii'], own)).toMatchObject([
      { id: 'P1', image: ['a a/P1.nii'] },
      { id: 'p1', image: ['a a/p1.nii', 'b b/p1.nii'] },
    ]);
  });

  it('are wrong where no file is of a channel, or cannot tell them apart', async () => {
    await expect(found(['a_T1.nii', 't2/a.nii'], image)).rejects.toThrow(
      /must hold images of the channel 'flair' named as '{id}_FLAIR.nii', found none among 2 files/,
    );
    await expect(found(['a.nii'], { a: '{id}.nii', b: '{id}.nii' })).rejects.toThrow(
      /'a' and 'b' have the pattern '{id}.nii'/,
    );
    await expect(found(['a.nii'], { a: '{id}.nii', b: '{group}/{id}.nii' })).rejects.toThrow(
      /must hold {group} or none/,
    );
  });
});

it('cases that are listed, or in a manifest, have absolute paths of all channels', async () => {
  const listed = { id: 'a', image: { t1: 'a.nii', t2: '/b.nii' }, mask: 'm.nii' };
  const [one] = await findCases([listed], '/data');
  expect(one!.image).toEqual({ t1: '/data/a.nii', t2: '/b.nii' });
  const path = manifestOf([item]);
  const [other] = await findCases({ manifest: path }, '/');
  expect(Object.keys(other!.image)).toEqual(['t1', 'flair']);
  expect(filesOf(other!.image)[0]).toBe(join(dirname(path), 'a_T1.nii.gz'));
});

describe('the digest of channels', () => {
  // printf 'a…a\nb…b\n' | sha256sum, of 64 a and 64 b.
  const known = '913f9338fb6c17253f3a14816fc08d52522454bfc19a8c99538a197cfb23fb41';
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as const;

  it('is the SHA-256 of theirs, sorted, as sha256sum computes it', () => {
    expect(digestOfChannels([a, b])).toBe(known);
    expect(digestOfChannels([b, a])).toBe(known);
    expect(digestOfChannels([a, a])).not.toBe(digestOfChannels([a]));
  });

  it('is that of the image, if it is the only one', () => {
    expect(digestOfChannels([a])).toBe(a);
  });
});

it('a leak is found by all channels of an image, and by no one alone', async () => {
  const folder = temporaryFolder();
  for (const [name, value] of Object.entries({ a: 0, b: 100, c: 200, a2: 0, b2: 100 })) {
    await writeRamp(join(folder, `${name}.nii`), value);
  }
  const caseOf = (id: string, ...names: string[]): Case => ({
    id,
    group: id,
    image: Object.fromEntries(names.map((name, i) => [`c${i}`, join(folder, `${name}.nii`)])),
    mask: '',
  });
  const leak = (one: Case, other: Case) =>
    checkLeakage(splitCases([one, other], { validation: [], test: [other.id] }, 1));
  await expect(leak(caseOf('x', 'a', 'b'), caseOf('y', 'b2', 'a2'))).rejects.toThrow(
    /the same image is in two splits, as 'x' .* and 'y'/,
  );
  await leak(caseOf('x', 'a', 'b'), caseOf('y', 'a2', 'c'));
});

/** A manifest with one item of these channels, in files, and a mask; what a check says. */
async function checked(
  write: (at: (name: string) => string) => Promise<Readonly<Record<string, string>>>,
  change: Partial<ManifestItem> = {},
) {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const image = await write(at);
  const digests: string[] = [];
  for (const name of Object.values(image)) {
    digests.push(imageDigest((await readImageFile(at(name))).voxels));
  }
  const first = await readImageFile(at(filesOf(image)[0]));
  const flat = isFlatImage(filesOf(image)[0]);
  const plain = {
    id: 'a',
    group: 'a',
    image,
    mask: flat ? 'm.png' : 'm.nii.gz',
    size: first.voxels.shape,
    spacing: flat ? null : first.spacing,
    area: 2,
    digest: digestOfChannels(digests),
    ...change,
  };
  const path = manifestOf([plain], folder);
  const warnings: string[] = [];
  const check = await checkManifests([path], { onWarning: (text) => warnings.push(text) });
  return { errors: check.errors, warnings, path };
}

async function twoRamps(at: (name: string) => string) {
  await writeRamp(at('a.nii.gz'), 0);
  await writeRamp(at('b.nii.gz'), 50);
  await writeLabels(at('m.nii.gz'), [1, 2]);
  return { dwi: 'a.nii.gz', adc: 'b.nii.gz' };
}

describe('a check of channels', () => {
  it('finds nothing wrong where they lie on one grid, and any file that was changed', async () => {
    const { errors, warnings, path } = await checked(twoRamps);
    expect([errors, warnings]).toEqual([[], []]);
    await writeRamp(join(dirname(path), 'b.nii.gz'), 51);
    expect((await checkManifests([path])).errors).toEqual([
      expect.stringMatching(/^'a': its digest is .* the file was changed/),
    ]);
    writeFileSync(join(dirname(path), 'b.nii.gz'), 'x');
    expect((await checkManifests([path])).errors).toEqual([expect.stringContaining('b.nii.gz')]);
    const [one] = await loadManifest(path);
    const { image, labels } = await readItemFiles(one!, dirname(path));
    expect([image.voxels.get(0, 0, 1), labels.voxels.get(0, 0, 1)]).toEqual([1, 2]);
  });

  it('warns of a channel on another grid', async () => {
    const shape = await checked(async (at) => {
      const image = await twoRamps(at);
      const finer = createVolume(ndarray(new Float32Array(48), [4, 3, 4]), { spacing: [2, 1, 2] });
      await writeVolume(at('b.nii.gz'), finer);
      return image;
    });
    expect([shape.errors, shape.warnings]).toEqual([
      [],
      [
        "'a': its channel 'adc' lies on another grid than 'dwi', [4, 3, 4] voxels, not [2, 3, 4]; training brings it to that grid",
      ],
    ]);
    const place = await checked(async (at) => {
      const image = await twoRamps(at);
      const { voxels, affine } = await readVolume(at('b.nii.gz'));
      const shifted = affine.map((value, i) => (i === 3 ? value + 5 : value));
      await writeVolume(at('b.nii.gz'), createVolume(voxels, { affine: shifted }));
      return image;
    });
    expect(place.errors).toEqual([]);
    expect(place.warnings).toEqual([expect.stringContaining("than 'dwi', up to 5.0 mm away")]);
  });

  const picture = async (path: string, size: number[], values: number) => {
    const count = size.reduce((x, y) => x * y);
    const pixels = Uint8Array.from({ length: count }, (_, i) => (i * values) % 256);
    await writeImage(path, ndarray(pixels, size));
  };
  const mask = (path: string) => picture(path, [1, 3], 127);

  it('is an error of 2-D images of two sizes or in colours, and of one beside a volume', async () => {
    const good = await checked(async (at) => {
      await picture(at('a.png'), [1, 3], 7);
      await picture(at('b.png'), [1, 3], 9);
      await mask(at('m.png'));
      return { a: 'a.png', b: 'b.png' };
    });
    expect([good.errors, good.warnings]).toEqual([[], []]);
    const size = await checked(async (at) => {
      await picture(at('a.png'), [1, 3], 7);
      await picture(at('b.png'), [3, 1], 9);
      await mask(at('m.png'));
      return { a: 'a.png', b: 'b.png' };
    });
    expect(size.errors).toEqual([
      "'a': its channel 'b' must have the shape of 'a', [1, 3], got [3, 1]; resize one of them",
    ]);
    const colours = await checked(async (at) => {
      await picture(at('a.png'), [1, 3, 3], 7);
      await mask(at('m.png'));
      return { a: 'a.png' };
    });
    expect(colours.errors).toEqual([expect.stringMatching(/'a' must be grey, got red, green/)]);
    const mixed = await checked(async (at) => {
      await picture(at('a.png'), [1, 3], 7);
      await writeRamp(at('b.nii.gz'), 0);
      await mask(at('m.png'));
      return { a: 'a.png', b: 'b.nii.gz' };
    });
    expect(mixed.errors).toEqual([
      "'a': its channel 'b' must be a 2-D image as 'a' is, got a volume; convert one of them",
    ]);
  });
});
