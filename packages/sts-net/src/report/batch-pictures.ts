import type { Batch } from '@sts-net/training';
import ndarray from 'ndarray';
import { greyOf, greyRange } from './case-slice.ts';
import { plural } from './format.ts';
import { type Html, html } from './html.ts';
import { drawPanels, type Picture, shrunk } from './picture.ts';

/** Channels of a batch that are one picture: one in grey, or red, green and blue. */
export interface ShownChannels {
  /** What it is called, if it has a name. */
  readonly name?: string;
  readonly at: readonly [grey: number] | readonly [red: number, green: number, blue: number];
}

/** About the width of a picture in drawn pixels, and the most that it has. */
const panelSize = 150;
const mostPixels = 320;

/** A sample of a batch as the network gets it, without and with the outline of its labels. */
export function batchPicture(
  batch: Batch,
  index: number,
  channels: readonly ShownChannels[],
  step: number,
): Html {
  const id = batch.ids![index]!;
  const labels = labelCounts(batch, index);
  const images = channels.map((shown) => {
    const picture = pictureOf(batch, index, shown);
    const by = Math.ceil(Math.max(picture.width, picture.height) / mostPixels);
    const small = by === 1 ? picture : shrunk(picture, by);
    const scale = Math.max(1, Math.round(panelSize / small.width));
    const { uri, width, height } = drawPanels(small, [[], ['truth']], scale);
    const what = shown.name === undefined ? id : `${id}, ${shown.name}`;
    return html`<img src="${uri}" width="${width}" height="${height}" alt="${what}: the image, and the image with the outline of its labels">`;
  });
  return html`<figure>${images}
<figcaption><b>${id}</b>, step ${step + 1}<br>${labelText(labels)}</figcaption></figure>`;
}

function pictureOf(
  { images, labels, height, width, channels, classes }: Batch,
  index: number,
  { at }: ShownChannels,
): Picture {
  const size = height * width;
  const start = index * size;
  const planes = new Float32Array(at.length * size);
  for (const [plane, channel] of at.entries()) {
    for (let i = 0; i < size; i++) {
      planes[plane * size + i] = images[(start + i) * channels + channel]!;
    }
  }
  const range = greyRange({ voxels: ndarray(planes, [at.length, height, width]) });
  const shown = new Uint8Array(planes.length);
  for (let i = 0; i < shown.length; i++) {
    shown[(i % size) * at.length + Math.floor(i / size)] = greyOf(planes[i]!, range);
  }
  const truth = new Uint8Array(size);
  for (let i = 0; i < truth.length; i++) {
    const pixel = (start + i) * classes;
    for (let label = 1; label < classes; label++) truth[i]! |= labels[pixel + label]!;
  }
  const masks = { truth, prediction: truth };
  if (at.length === 1) return { width, height, grey: shown, ...masks };
  return { width, height, grey: new Uint8Array(size), colours: shown, ...masks };
}

/** Pixels of each class in a sample of a batch; those of none count for nothing. */
export function labelCounts(
  { labels, height, width, classes }: Batch,
  index: number,
): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  const start = index * height * width * classes;
  for (let i = 0; i < height * width * classes; i++) counts[i % classes]! += labels[start + i]!;
  return counts;
}

function labelText(counts: readonly number[]): string {
  const found = counts.slice(1).map((count, i) => [i + 1, count] as const);
  const some = found.filter(([, count]) => count > 0);
  if (some.length === 0) return 'no lesion';
  return some
    .map(
      ([label, count]) =>
        `${plural(count, 'pixel')} of ${found.length > 1 ? `label ${label}` : 'lesion'}`,
    )
    .join(', ');
}
