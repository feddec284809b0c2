import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../src/report/index.ts';
import { sampleReport } from './sample-report.ts';

let text: string;
let document: Document;

beforeAll(async () => {
  text = renderReport(await sampleReport());
  document = parseHTML(text).document as unknown as Document;
});

/** Rows of the score table as `name: cells`, under the name of their group. */
function scoreRows(): Record<string, Record<string, string[]>> {
  const groups: Record<string, Record<string, string[]>> = {};
  const own = (cell: Element): string => cell.firstChild?.textContent?.trim() ?? '';
  for (const body of document.querySelectorAll('.scores tbody')) {
    const rows: Record<string, string[]> = {};
    for (const row of body.querySelectorAll('tr:not(.group)')) {
      const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '');
      rows[own(row.querySelector('th')!)] = cells;
    }
    groups[own(body.querySelector('.group th')!)] = rows;
  }
  return groups;
}

describe('renderReport', () => {
  test('loads nothing: no script, no link, and every source is in the page', () => {
    expect(document.querySelectorAll('script, link, iframe, object, [href]')).toHaveLength(0);
    const images = [...document.querySelectorAll('img')];
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) {
      expect(image.getAttribute('src')).toMatch(/^data:image\/png;base64,/);
    }
    expect(text.replaceAll(/data:image\/png;base64,[^"]*/g, '')).not.toMatch(
      /https?:|url\(|@import/,
    );
  });

  test('escapes texts that come from outside', () => {
    expect(document.querySelector('h1')?.textContent).toBe('Title <with> "signs" & more');
    expect(text).not.toContain('<with>');
  });

  test('shows hand-counted scores of all networks and baselines side by side', () => {
    const header = [...document.querySelectorAll('.scores thead th')].map((th) => th.textContent);
    expect(header).toEqual(['Score', 'Network', 'Without ESCA', 'Threshold', 'All background']);
    const groups = scoreRows();
    // Truth 16 + 4 pixels; the network hits 12 of its 16 + 4, the second run all its 16.
    expect(groups['Foreground, pooled']).toMatchObject({
      Dice: ['0.600', '0.889', '0.267', '0.000'],
      Precision: ['0.600', '1.000', '0.160', '0.000'],
      Recall: ['0.600', '0.800', '0.800', '0.000'],
    });
    expect(groups['Lesion by lesion']).toMatchObject({
      'Lesions found': ['1 of 2', '1 of 2', '1 of 2', '0 of 2'],
      'False alarms': ['1', '0', '0', '0'],
    });
    // Dice of the three slices that count: 24/32, 0 (miss), 0 (false alarm).
    expect(groups['Foreground, image by image']).toMatchObject({
      Dice: ['0.250', '0.500', '0.138', '0.000'],
    });
    expect(groups['What the rule for empty masks touched']).toEqual({
      'Slices counted': ['3 of 4', '2 of 4', '2 of 4', '2 of 4'],
      'Left out': ['1 slice', '2 slices', '2 slices', '2 slices'],
      'False alarm, scored 0': ['1 slice', '0 slices', '0 slices', '0 slices'],
      'Miss, scored 0': ['1 slice', '1 slice', '1 slice', '2 slices'],
    });
    const mDice = Number(groups['Protocol of the paper']!['mDice']![3]);
    expect(mDice).toBeGreaterThan(0.45);
    expect(mDice).toBeLessThan(0.5);
  });

  test('explains every score in a sentence', () => {
    for (const row of document.querySelectorAll('.scores tbody th')) {
      expect(row.querySelector('small')?.textContent).toMatch(/\w.*[.]$/);
    }
  });

  test('shows each lesion found, missed and falsely predicted, and says which it is', () => {
    const headings = [...document.querySelectorAll('h3')].map(({ textContent }) => textContent);
    expect(headings).toEqual(['Lesions found: 1', 'Lesions missed: 1', 'False alarms: 1']);
    const captions = [...document.querySelectorAll('.lesions figcaption')].map(
      ({ textContent }) => textContent,
    );
    expect(captions).toEqual([
      'p3, slice 2, 12 mm³ (16 voxels): found, Dice 0.750, 75 % of it covered.',
      'p3, slice 3, 3.0 mm³ (4 voxels): missed.',
      'p3, slice 4, 3.0 mm³ (4 voxels): predicted where the truth has no lesion.',
    ]);
  });

  test('names every picture and chart for readers who cannot see them', () => {
    for (const image of document.querySelectorAll('img')) {
      expect(image.getAttribute('alt')).toMatch(/p3, slice \d/);
      expect(image.closest('figure')?.querySelector('figcaption')?.textContent).toMatch(/\w/);
    }
    const labels = [...document.querySelectorAll('svg')].map((svg) =>
      svg.getAttribute('aria-label'),
    );
    expect(labels).toEqual([
      'Training loss; ends at Network 0.500, Without ESCA 0.500',
      'Foreground Dice in validation; highest Network 0.250, Without ESCA 0.250',
    ]);
  });

  test('draws the loss and the validation of every step and rings the best', () => {
    const [loss, validation] = document.querySelectorAll('svg');
    const points = (path: Element): number => path.getAttribute('d')!.split(/[ML]/).length - 1;
    const lines = [...loss!.querySelectorAll('g[aria-label=line] path')];
    expect(lines.map(points)).toEqual([4, 4, 4, 4]);
    const rings = [...validation!.querySelectorAll('circle[r="7"], [r="7"] circle')];
    const dots = [...validation!.querySelectorAll('circle')];
    expect(dots.length - rings.length).toBe(4);
    const best = dots.filter((dot) => dot.getAttribute('cx') === dots[0]!.getAttribute('cx'));
    expect(rings.every((ring) => best.some((dot) => dot === ring))).toBe(true);
  });
});
