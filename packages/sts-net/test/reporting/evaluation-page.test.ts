import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Squares of 3×3 pixels in the middle slice of a volume of 3×40×40 voxels. */
async function writeSquares(path: string, places: readonly number[]): Promise<void> {
  const data = new Uint8Array(3 * 1600);
  for (const place of places) {
    for (let i = 0; i < 9; i++) data[1600 + place + 40 * Math.floor(i / 3) + (i % 3)] = 1;
  }
  await writeVolume(path, createVolume(ndarray(data, [3, 40, 40])));
}

async function writeCases(count: number): Promise<void> {
  for (let c = 0; c < count; c++) {
    const id = `c${String(c).padStart(3, '0')}`;
    // Ever more of the first is found, the second is missed, the third false.
    await writeSquares(at('truth', `${id}.nii`), [5 * 40 + 5, 30 * 40 + 30]);
    const shift = c % 3;
    await writeSquares(at('labels', `${id}.nii`), [5 * 40 + 5 + shift, 10 * 40 + 33]);
    const image = uniform(id, 4800).map((u) => 100 + 100 * u);
    await writeVolume(at('images', `${id}.nii`), createVolume(ndarray(image, [3, 40, 40])));
  }
}

async function pageOf(...more: string[]): Promise<Document> {
  const args = ['--prediction', at('labels'), '--truth', at('truth'), '--html', at('page.html')];
  expect(await cli('evaluate', ...args, ...more)).toMatchObject({ code: 0 });
  const { document } = parseHTML(readFileSync(at('page.html'), 'utf8'));
  return document as unknown as Document;
}

/** The grey values of a picture, and whether it has other colours. */
function coloursOf(image: Element): { greys: Set<number>; isColoured: boolean } {
  const [, data] = image.getAttribute('src')!.split('base64,');
  const { data: pixels } = decode(Buffer.from(data!, 'base64'));
  const greys = new Set<number>();
  let isColoured = false;
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    if (r === g && g === b) greys.add(r);
    else isColoured = true;
  }
  return { greys, isColoured };
}

beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['truth', 'labels', 'images']) mkdirSync(at(name));
});

describe('the page of an evaluation', () => {
  it('shows every lesion of the ten worst cases, missed, false and found, on their images', async () => {
    await writeCases(14);
    const page = await pageOf('--image', at('images'));
    const heads = [...page.querySelectorAll('h3')].map(({ textContent }) => textContent);
    // Those that are shifted most first: Dice is 6/36 with two columns off, 12/36 with one, 18/36 with none.
    expect(heads).toHaveLength(10);
    expect(heads.map((text) => Number(/Dice (.*)$/.exec(text!)![1]))).toEqual([
      ...[0.1667, 0.1667, 0.1667, 0.1667, 0.3333, 0.3333, 0.3333, 0.3333, 0.3333, 0.5],
    ]);
    expect(heads[0]).toMatch(/^c002:/);
    const figures = [...page.querySelectorAll('.small-lesions figure')];
    expect(figures).toHaveLength(30);
    const captions = figures.slice(0, 3).map((one) => one.textContent!.trim());
    expect(captions[0]).toMatch(/^c002, slice 2, 9\.0 mm³ \(9 voxels\): missed\.$/);
    expect(captions[1]).toMatch(/: false alarm\.$/);
    expect(captions[2]).toMatch(/: found, Dice 0\.333, 33 % of it covered\.$/);
    const { greys, isColoured } = coloursOf(figures[2]!.querySelector('img')!);
    expect(isColoured).toBe(true);
    expect(greys.size).toBeGreaterThan(20);
  });

  it('has black ground without images, and takes those that the truth’s manifest names', async () => {
    await writeCases(1);
    const black = coloursOf((await pageOf()).querySelector('.small-lesions img')!);
    // White is between the two panels.
    expect([...black.greys].sort()).toEqual([0, 255]);
    const known = { size: [3, 40, 40], spacing: [1, 1, 1], area: 1, digest: '0'.repeat(64) };
    const files = { image: 'images/c000.nii', mask: 'truth/c000.nii' };
    const item = { id: 'c000', group: 'c', ...files, ...known };
    writeFileSync(at('truth.jsonl'), JSON.stringify(item));
    const page = await pageOf('--truth', at('truth.jsonl'));
    expect(coloursOf(page.querySelector('.small-lesions img')!).greys.size).toBeGreaterThan(20);
    await writeSquares(at('labels', 'c000.nii'), [5 * 40 + 5, 30 * 40 + 30]);
    expect((await pageOf()).querySelector('.small-lesions')).toBeNull();
  });

  it('draws many cases as bins, so that it stays light', async () => {
    await writeCases(205);
    const page = await pageOf('--resamples', '10');
    expect(page.querySelectorAll('.sortable tbody tr')).toHaveLength(205);
    expect(page.querySelectorAll('svg line').length).toBeLessThan(300);
    expect(page.querySelectorAll('[aria-label^="Differences"] circle')).toHaveLength(205);
  });
});
