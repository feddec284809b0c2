import type { Lesion } from '@sts-net/metrics';
import type { NdArray } from 'ndarray';
import { cutPicture, greyRange, placeText, windowAround } from './case-slice.ts';
import { plural, scoreText } from './format.ts';
import { type Html, html } from './html.ts';
import { drawPanels, type Outline } from './picture.ts';
import type { ReportCase } from './report.ts';

/** Most pictures of a kind in a report. */
const limit = 12;

/** A lesion of the truth or of the prediction, and the image that it lies in. */
interface Shown {
  readonly of: ReportCase;
  readonly lesion: Lesion;
}

/** How a lesion is drawn: which outlines side by side, and about how wide each, in drawn pixels. */
interface LesionPanels {
  readonly outlines: readonly (readonly Outline[])[];
  readonly size: number;
  /** What they are, for who does not see them. */
  readonly alt: string;
}

const three: LesionPanels = {
  outlines: [[], ['truth'], ['prediction']],
  size: 160,
  alt: 'Image, truth and prediction side by side.',
};

const two: LesionPanels = {
  outlines: [['truth'], ['prediction']],
  size: 96,
  alt: 'Truth and prediction side by side.',
};

/** Most lesions of a case that are drawn. */
const mostOfCase = 60;

/** Every lesion of one case, small: those missed, the false alarms and those found, the largest first. */
export function caseLesions(of: ReportCase): Html {
  const largestFirst = (all: readonly Lesion[], isMatched: boolean): readonly Lesion[] =>
    all.filter(({ matches }) => matches.length > 0 === isMatched).sort((a, b) => b.size - a.size);
  const { lesions, predictions } = of.lesions;
  const kinds = [
    ['truth', largestFirst(lesions, false), missedCaption],
    ['prediction', largestFirst(predictions, false), () => 'false alarm.'],
    ['truth', largestFirst(lesions, true), foundCaption],
  ] as const;
  const all = kinds.flatMap(([role, own, caption]) =>
    own.map((lesion) => ({ role, lesion, caption })),
  );
  const grey = greyRange(of.volume);
  const shown = all.slice(0, mostOfCase);
  const rest =
    all.length > shown.length ? html`<p>${shown.length} of ${all.length} are drawn.</p>` : '';
  return html`<div class="small-lesions">${shown.map(({ role, lesion, caption }) =>
    figure({ of, lesion }, role, caption, two, grey),
  )}</div>${rest}`;
}

/** The lesions found, those missed and the false alarms: image, truth and prediction of each. */
export function lesionPictures(cases: readonly ReportCase[]): Html {
  const all = (which: (one: ReportCase) => readonly Lesion[]): readonly Shown[] =>
    cases.flatMap((of) => which(of).map((lesion) => ({ of, lesion })));
  const found = all((one) => one.lesions.lesions.filter(({ matches }) => matches.length > 0));
  const missed = all((one) => one.lesions.lesions.filter(({ matches }) => matches.length === 0));
  const alarms = all((one) =>
    one.lesions.predictions.filter(({ matches }) => matches.length === 0),
  );
  return html`${section('Lesions found', found, 'truth', foundCaption)}
${section('Lesions missed', missed, 'truth', missedCaption)}
${section('False alarms', alarms, 'prediction', alarmCaption)}`;
}

function section(
  title: string,
  lesions: readonly Shown[],
  role: 'truth' | 'prediction',
  caption: (lesion: Lesion) => string,
): Html {
  const largestFirst = [...lesions].sort((a, b) => b.lesion.size - a.lesion.size).slice(0, limit);
  const note =
    lesions.length > limit ? html`<p>The ${limit} largest of ${lesions.length} are shown.</p>` : '';
  const pictures =
    lesions.length === 0
      ? html`<p>None.</p>`
      : html`<div class="lesions">${largestFirst.map((one) => figure(one, role, caption))}</div>`;
  return html`<h3>${title}: ${lesions.length}</h3>
${note}
${pictures}`;
}

function figure(
  { of, lesion }: Shown,
  role: 'truth' | 'prediction',
  caption: (lesion: Lesion) => string,
  panels: LesionPanels = three,
  grey = greyRange(of.volume),
): Html {
  const slice = fullestSlice(of[role], lesion);
  const { start, end } = lesion.box;
  const window = windowAround([start[1]!, start[2]!], [end[1]!, end[2]!]);
  const picture = cutPicture(of, slice, window, grey);
  const scale = Math.max(1, Math.round(panels.size / window.width));
  const { uri, width, height } = drawPanels(picture, panels.outlines, scale);
  const text = `${placeText(of, slice)}, ${sizeText(lesion, of)}: ${caption(lesion)}`;
  return html`<figure><img src="${uri}" width="${width}" height="${height}" alt="${panels.alt} ${text}">
<figcaption>${text}</figcaption></figure>`;
}

function foundCaption({ dice, covered }: Lesion): string {
  return `found, Dice ${scoreText(dice)}, ${Math.round(100 * covered)} % of it covered.`;
}

function missedCaption(): string {
  return 'missed.';
}

function alarmCaption(): string {
  return 'predicted where the truth has no lesion.';
}

function sizeText({ size }: Lesion, { flat = false, volume: { spacing } }: ReportCase): string {
  if (flat) return plural(size, 'pixel');
  const cubicMillimetres = size * spacing[0] * spacing[1] * spacing[2];
  return `${cubicMillimetres.toFixed(cubicMillimetres < 10 ? 1 : 0)} mm³ (${plural(size, 'voxel')})`;
}

/** The slice of the lesion's box that holds most of the mask. */
function fullestSlice(mask: NdArray<Uint8Array>, { box: { start, end } }: Lesion): number {
  let fullest = start[0]!;
  let most = -1;
  for (let s = start[0]!; s < end[0]!; s++) {
    let area = 0;
    for (let r = start[1]!; r < end[1]!; r++) {
      for (let c = start[2]!; c < end[2]!; c++) if (mask.get(s, r, c) > 0) area++;
    }
    if (area > most) [fullest, most] = [s, area];
  }
  return fullest;
}
