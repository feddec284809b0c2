import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { batchPicture } from '../../src/report/batch-pictures.ts';
import { batchesPage } from '../../src/reporting/batches-page.ts';
import { findData, prepareData } from '../../src/runs/training-data.ts';
import { configFor, makeData } from '../make-data.ts';

const blue = [86, 180, 233];

/** A batch of one sample, 4 × 6 pixels: three channels of ramps, a lesion of four pixels in the middle. */
const batch = (() => {
  const [height, width, channels, classes] = [4, 6, 3, 3];
  const images = new Float32Array(height * width * channels);
  const labels = new Float32Array(height * width * classes);
  for (let at = 0; at < height * width; at++) {
    const [row, column] = [Math.floor(at / width), at % width];
    for (let channel = 0; channel < channels; channel++) {
      images[at * channels + channel] = channel === 1 ? row + 1 : column + 1;
    }
    const isLesion = (row === 1 || row === 2) && (column === 2 || column === 3);
    labels[at * classes + (isLesion ? (row === 1 ? 1 : 2) : 0)] = 1;
  }
  return { count: 1, height, width, channels, classes, images, labels, ids: ['<b>&'] };
})();

function drawn(markup: string) {
  const [, base64] = /base64,([^"]+)"/.exec(markup)!;
  const { data, width, height, channels } = decode(Buffer.from(base64!, 'base64'));
  const at = (x: number, y: number) => [
    ...data.slice((y * width + x) * channels, (y * width + x + 1) * channels),
  ];
  return { width, height, at };
}

describe('batchPicture', () => {
  // 25 drawn pixels for each, two panels with a gap of one.
  const scale = 25;
  const right = 7 * scale;
  const middle = (index: number) => index * scale + 12;

  it('shows a channel in grey, and again with an outline', () => {
    const picture = drawn(String(batchPicture(batch, 0, [{ at: [1] }], 2)));
    expect([picture.width, picture.height]).toEqual([13 * scale, 4 * scale]);
    const greys = [0, 1, 2, 3].map((row) => picture.at(middle(0), middle(row)));
    for (const [r, g, b] of greys) expect([r, g]).toEqual([g, b]);
    expect(greys[0]![0]).toBe(0);
    expect(greys[3]![0]).toBe(255);
    expect(greys[1]![0]).toBeLessThan(greys[2]![0]!);
    // A row's number is the same in every column.
    expect(picture.at(middle(5), middle(2))).toEqual(picture.at(middle(0), middle(2)));
    expect(picture.at(2 * scale, scale)).not.toEqual(blue);
    expect(picture.at(right + 2 * scale, scale)).toEqual(blue);
    expect(picture.at(right + scale, scale)).not.toEqual(blue);
  });

  it('shows three channels in colours', () => {
    const picture = drawn(String(batchPicture(batch, 0, [{ at: [0, 1, 2] }], 0)));
    const [red, green, colourBlue] = picture.at(middle(5), middle(0));
    expect([red, colourBlue]).toEqual([255, 255]);
    expect(green).toBeLessThan(50);
  });

  it('says what it is, escaped, a picture for each name', () => {
    const channels = [
      { name: 't1', at: [0] },
      { name: 'flair', at: [1] },
    ] as const;
    const text = String(batchPicture(batch, 0, channels, 2));
    expect(text).toContain(
      '<b>&lt;b&gt;&amp;</b>, step 3<br>2 pixels of label 1, 2 pixels of label 2',
    );
    expect(text.match(/alt="[^"]+"/g)).toEqual([
      expect.stringContaining('t1: the image'),
      expect.stringContaining('flair: the image'),
    ]);
  });
});

describe('batchesPage', () => {
  it('shows the batches that training draws', async () => {
    const folder = await makeData();
    const online = [{ name: 'affine' }, { name: 'gamma' }];
    const config = validateConfig(configFor({ amplification: { method: 4, online } }));
    const page = await batchesPage(config, folder);
    expect(await batchesPage(config, folder)).toBe(page);
    const { source } = await prepareData(config, await findData(config, folder));
    const captions: string[] = [];
    let pixels = 0;
    let withLesion = 0;
    for (let step = 0; step < 12; step++) {
      const { labels, ids, height, width } = await source.batch(step);
      for (const [i, id] of ids!.entries()) {
        let lesion = 0;
        for (let at = 0; at < height * width; at++)
          lesion += labels[2 * (i * height * width + at) + 1]!;
        const found =
          lesion === 0 ? 'no lesion' : `${lesion} pixel${lesion === 1 ? '' : 's'} of lesion`;
        captions.push(`<b>${id}</b>, step ${step + 1}<br>${found}</figcaption>`);
        pixels += lesion;
        if (lesion > 0) withLesion++;
      }
    }
    expect(page.match(/<b>.*<\/figcaption>/g)).toEqual(captions);
    expect(page).toContain(`${withLesion} of them show a lesion`);
    const share = ((100 * pixels) / (24 * 16 * 16)).toPrecision(2);
    expect(page).toContain(`${share} % of their pixels are lesion`);
    expect(page).toContain('16 × 16 pixels with\n3 channels');
    expect(page).toContain('normalization: all (zeros do not surround what the images show)');
    // Validation and test are not looked at.
    expect(page).not.toMatch(/<b>[cd]_/);
  });
});
