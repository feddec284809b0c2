import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { WatchedFolder } from '../../src/serving/watched-folder.ts';
import { dicomSeries, writeSeries } from '../dicom-series.ts';

let folder: string;
let watched: WatchedFolder;
const at = (...names: string[]) => join(folder, ...names);
beforeEach(() => {
  folder = temporaryFolder();
  watched = new WatchedFolder(folder, 5000);
});

const look = async (seconds: number) =>
  (await watched.look(1000 * seconds)).map(({ id, paths }) => [
    id,
    paths.map((path) => basename(path)),
  ]);
const series = (uid: string) => ({
  series: uid,
  shape: [3, 4, 4] as const,
  values: new Array(48).fill(1000),
});
const anySeries = expect.stringMatching(/^series-[0-9a-f]{16}$/);

describe('an image file', () => {
  it('is given out once, when it has been quiet', async () => {
    writeFileSync(at('a.nii.gz'), 'one');
    expect(await look(0)).toEqual([]);
    expect(await look(4)).toEqual([]);
    expect(await look(5)).toEqual([['a', ['a.nii.gz']]]);
    expect(await look(100)).toEqual([]);
  });

  it('is waited for as long as it grows, whatever the time that it states', async () => {
    writeFileSync(at('a.nii.gz'), 'one');
    for (let second = 0; second < 30; second += 3) {
      expect(await look(second)).toEqual([]);
      appendFileSync(at('a.nii.gz'), 'more');
      utimesSync(at('a.nii.gz'), 0, 0);
    }
    expect(await look(30)).toEqual([]);
    expect(await look(35)).toHaveLength(1);
  });

  it('is given out again when it was replaced, with another seal', async () => {
    writeFileSync(at('a.nii.gz'), 'one');
    await look(0);
    const [first] = await watched.look(5000);
    writeFileSync(at('a.nii.gz'), 'another');
    expect(await look(6)).toEqual([]);
    const [second] = await watched.look(11_000);
    expect(second).toMatchObject({ id: 'a', paths: first!.paths });
    expect(second!.seal).not.toBe(first!.seal);
  });

  it('has the seal after a restart that it had before', async () => {
    writeFileSync(at('a.nii.gz'), 'one');
    await look(0);
    const [before] = await watched.look(5000);
    const again = new WatchedFolder(folder, 5000);
    await again.look(0);
    expect(await again.look(5000)).toEqual([before]);
  });

  it('is waited for until its voxels are there, too', async () => {
    mkdirSync(at('sub'));
    writeFileSync(at('sub', 'a.mhd'), 'ElementDataFile = a.raw');
    writeFileSync(at('sub', 'a.raw'), 'half');
    await look(0);
    writeFileSync(at('sub', 'a.raw'), 'whole');
    expect(await look(5)).toEqual([]);
    expect(await look(10)).toEqual([['sub_a', ['a.mhd', 'a.raw']]]);
  });

  it('is none while its name says that it is not whole, or when it is something else', async () => {
    for (const name of ['a.nii.gz.part', 'b.nii.gz.tmp', '.c.nii.gz', 'README', 'notes.txt']) {
      writeFileSync(at(name), 'text');
    }
    writeFileSync(at('empty.txt'), '');
    symlinkSync(at('nowhere'), at('link'));
    await look(0);
    expect(await look(10)).toEqual([]);
  });
});

describe('a DICOM series', () => {
  it('is one image wherever its files lie, told from others by its UID, which is not shown', async () => {
    const [one, two] = [dicomSeries(series('1.2.3.4.5')), dicomSeries(series('1.2.3.4.6'))];
    mkdirSync(at('sub'));
    for (const [i, bytes] of one.entries())
      writeFileSync(at(i === 1 ? 'sub' : '.', `x${i}`), bytes);
    for (const [i, bytes] of two.entries()) writeFileSync(at(`y${i}`), bytes);
    await look(0);
    const found = await look(5);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual([anySeries, expect.arrayContaining(['x0', 'x1', 'x2'])]);
    expect(found).toContainEqual([anySeries, expect.arrayContaining(['y0', 'y1', 'y2'])]);
    expect(JSON.stringify(found)).not.toContain('1.2.3');
  });

  it('is waited for as long as files of it come, while others go on', async () => {
    const [early, late] = [dicomSeries(series('1.2.3.4.5')), dicomSeries(series('1.2.3.4.6'))];
    for (const [i, bytes] of early.entries()) writeFileSync(at(`x${i}`), bytes);
    for (const [i, bytes] of late.entries()) {
      writeFileSync(at(`y${i}`), bytes);
      expect(await look(3 * i)).toHaveLength(i === 2 ? 1 : 0);
    }
    expect(await look(10)).toEqual([]);
    expect(await look(11)).toEqual([[anySeries, ['y0', 'y1', 'y2']]]);
    rmSync(at('y1'));
    await look(12);
    expect(await look(17)).toEqual([[anySeries, ['y0', 'y2']]]);
  });

  it('whose file was cut off while it was written is known when it is whole', async () => {
    const [first, ...others] = writeSeries(folder, series('1.2.3.4.5')) as [string, ...string[]];
    const whole = readFileSync(first);
    writeFileSync(first, whole.subarray(0, 140));
    await look(0);
    writeFileSync(first, whole);
    await look(2);
    expect(await look(7)).toEqual([
      [anySeries, [first, ...others].map((path) => basename(path)).sort()],
    ]);
  });

  it('counts an image that was sent again under another name once, as it came last', async () => {
    for (const [i, bytes] of dicomSeries(series('1.2.3.4.5')).entries()) {
      writeFileSync(at(`x${i}`), bytes);
      utimesSync(at(`x${i}`), 100, 100);
    }
    writeFileSync(at('again'), readFileSync(at('x1')));
    writeFileSync(at('y'), readFileSync(at('x2')));
    utimesSync(at('y'), 50, 50);
    await look(0);
    expect(await look(5)).toEqual([[anySeries, ['again', 'x0', 'x2']]]);
  });

  it('of which nothing but a damaged file is there is one by itself', async () => {
    writeFileSync(at('Doe'), dicomSeries(series('1.2.3.4.5'))[0]!.subarray(0, 160));
    await look(0);
    expect(await look(5)).toEqual([[expect.stringMatching(/^dicom-[0-9a-f]{16}$/), ['Doe']]]);
  });
});
