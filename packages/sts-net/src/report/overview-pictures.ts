import { evenly } from '@sts-net/experiment/batches';
import { cutPicture, greyRange, placeText } from './case-slice.ts';
import { plural } from './format.ts';
import { type Html, html } from './html.ts';
import { drawPanels, shrunk } from './picture.ts';
import type { ReportCase } from './report.ts';

/** Slices of each case that are shown whole. */
const count = 6;
const scale = 2;
/** Rows or columns of a slice that are drawn, at most; of larger ones several pixels are one. */
const mostPixels = 768;

/** Whole slices with both outlines, evenly spaced over those that have a lesion in the truth. */
export function overviewPictures(cases: readonly ReportCase[]): Html {
  return html`<div class="slices">${cases.flatMap((one) =>
    evenly(lesionSlices(one), count).map((slice) => figure(one, slice)),
  )}</div>`;
}

function figure(one: ReportCase, slice: number): Html {
  const [, height = 0, width = 0] = one.volume.voxels.shape;
  const all = { row: 0, column: 0, height, width };
  const picture = cutPicture(one, slice, all, greyRange(one.volume));
  const by = Math.ceil(Math.max(height, width) / mostPixels);
  const shown = by === 1 ? picture : shrunk(picture, by);
  const drawn = drawPanels(shown, [['truth', 'prediction']], scale);
  const area = (mask: Uint8Array): string =>
    plural(
      mask.reduce((sum, value) => sum + value, 0),
      'pixel',
    );
  const text = `${placeText(one, slice)}: ${area(picture.truth)} of lesion in the truth, ${area(picture.prediction)} predicted.`;
  return html`<figure><img src="${drawn.uri}" width="${drawn.width}" height="${drawn.height}" alt="Whole slice with outlines. ${text}">
<figcaption>${text}</figcaption></figure>`;
}

function lesionSlices({ truth }: ReportCase): readonly number[] {
  const [slices = 0, rows = 0, columns = 0] = truth.shape;
  return Array.from({ length: slices }, (_, s) => s).filter((s) => {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) if (truth.get(s, r, c) > 0) return true;
    }
    return false;
  });
}
