import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { cutPicture } from '../../src/report/case-slice.ts';
import type { ReportCase } from '../../src/report/index.ts';
import { drawPanels, shrunk } from '../../src/report/picture.ts';
import { image, prediction, truth } from './sample-report.ts';

function decoded(uri: string) {
  const png = decode(Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64'));
  const at = (x: number, y: number): number[] => [
    ...png.data.slice((y * png.width + x) * 3, (y * png.width + x) * 3 + 3),
  ];
  return { ...png, at };
}

const blue = [0x56, 0xb4, 0xe9];
const orange = [0xe6, 0x9f, 0x00];

describe('drawPanels', () => {
  // One lesion pixel in the middle of 3 × 3, predicted one pixel to the right.
  const picture = {
    width: 3,
    height: 3,
    grey: Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90),
    truth: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0),
    prediction: Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0),
  };

  test('enlarges pixels and puts panels side by side, a gap of one pixel between them', () => {
    const { uri, width, height } = drawPanels(picture, [[], ['truth']], 6);
    const png = decoded(uri);
    expect([width, height]).toEqual([3 * 6 * 2 + 6, 18]);
    expect([png.width, png.height]).toEqual([width, height]);
    expect(png.at(0, 0)).toEqual([10, 10, 10]);
    expect(png.at(17, 17)).toEqual([90, 90, 90]);
    expect(png.at(20, 8)).toEqual([255, 255, 255]);
    expect(png.at(24, 0)).toEqual([10, 10, 10]);
  });

  test('outlines the mask inside its outermost pixels and nowhere else', () => {
    const scale = 6;
    const png = decoded(drawPanels(picture, [['truth']], scale).uri);
    for (let y = 0; y < 18; y++) {
      for (let x = 0; x < 18; x++) {
        const [u, v] = [x - scale, y - scale];
        const inside = u >= 0 && v >= 0 && u < scale && v < scale;
        const border = inside && Math.min(u, v, scale - 1 - u, scale - 1 - v) < 2;
        if (border) expect(png.at(x, y)).toEqual(blue);
        else expect(png.at(x, y)[0]).toBe(png.at(x, y)[1]);
      }
    }
  });

  test('shows both outlines, the dashed prediction on top', () => {
    const overlap = { ...picture, prediction: picture.truth };
    const png = decoded(drawPanels(overlap, [['truth', 'prediction']], 12).uri);
    const colors = new Set<string>();
    for (let x = 12; x < 24; x++) colors.add(png.at(x, 12).join());
    expect(colors).toEqual(new Set([blue.join(), orange.join()]));
  });
});

test('shrunk takes the mean of squares of pixels, and what any of their masks holds', () => {
  const row = (...values: number[]) => values;
  const large = {
    width: 5,
    height: 3,
    grey: Uint8Array.from([row(0, 2, 8, 8, 50), row(4, 6, 8, 8, 70), row(9, 11, 1, 2, 90)].flat()),
    truth: Uint8Array.from([row(0, 0, 0, 0, 0), row(0, 1, 0, 0, 0), row(0, 0, 0, 0, 1)].flat()),
    prediction: new Uint8Array(15),
  };
  const { width, height, grey, truth: shown, prediction: none } = shrunk(large, 2);
  expect([width, height]).toEqual([3, 2]);
  expect([...grey]).toEqual([3, 8, 60, 10, 2, 90]);
  expect([...shown]).toEqual([1, 0, 0, 0, 0, 1]);
  expect([...none]).toEqual([0, 0, 0, 0, 0, 0]);
  const colours = [...large.grey].flatMap((value) => [value, 0, 255]);
  const coloured = shrunk({ ...large, colours: Uint8Array.from(colours) }, 2).colours;
  expect([...coloured!.slice(0, 6)]).toEqual([3, 0, 255, 8, 0, 255]);
});

describe('cutPicture', () => {
  const base: Omit<ReportCase, 'volume'> = { id: 'p3', truth, prediction, lesions: undefined! };
  const all = { row: 0, column: 0, height: 12, width: 10 };
  // Slice 1 holds 121 … 240, so grey is a line from 0 at 121 to 255 at 240.
  const range = [121, 240] as const;
  const grey = (value: number): number => Math.round((255 * (value - 121)) / 119);

  test('turns a RAS image so that front is up and right is left', () => {
    const picture = cutPicture({ ...base, volume: image }, 1, all, range);
    // Rows run to the front and columns to the right, so both are reversed.
    expect(picture.grey[0]).toBe(grey(240));
    expect(picture.grey.at(-1)).toBe(grey(121));
    const rows = Array.from({ length: 12 }, (_, y) => picture.truth.slice(y * 10, y * 10 + 10));
    expect(rows.map((row) => row.join(''))).toEqual(
      [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0].map((on) => (on ? '0001111000' : '0000000000')),
    );
  });

  test('leaves an image alone whose rows run to the back and columns to the left', () => {
    const affine = [-0.5, 0, 0, 0, 0, -0.5, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1];
    const picture = cutPicture({ ...base, volume: { ...image, affine } }, 1, all, range);
    expect(picture.grey[0]).toBe(grey(121));
    expect(picture.grey.at(-1)).toBe(grey(240));
  });

  test('is black outside the slice', () => {
    const window = { row: -2, column: -2, height: 3, width: 3 };
    const affine = [-0.5, 0, 0, 0, 0, -0.5, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1];
    const bright = [0, 1] as const;
    const picture = cutPicture({ ...base, volume: { ...image, affine } }, 1, window, bright);
    expect([...picture.grey]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 255]);
  });
});
