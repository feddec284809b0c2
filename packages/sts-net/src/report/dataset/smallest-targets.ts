import { filesOf, isFlatImage, readItemFiles, type TargetSlice } from '@sts-net/datasets';
import { connectedComponents } from '@sts-net/metrics';
import type { Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import { cutPicture, greyRange, windowAround } from '../case-slice.ts';
import { countText, plural } from '../format.ts';
import { type Html, html } from '../html.ts';
import { drawPanels, type Picture } from '../picture.ts';

/** Most targets that are shown, and about the width of a picture in drawn pixels. */
const count = 24;
const panelSize = 150;

/** Pictures of the smallest targets: each beside itself with its outline. */
export async function smallestTargets(
  targets: readonly TargetSlice[],
  folder: string,
): Promise<Html> {
  const figures: Html[] = [];
  for (const target of choose(targets)) figures.push(await figure(target, folder));
  return html`<div class="sheet">${figures}</div>`;
}

/** The smallest ones, as evenly from all groups as there are. */
function choose(targets: readonly TargetSlice[]): readonly TargetSlice[] {
  const groups = new Set(targets.map(({ item }) => item.group)).size;
  const perGroup = Math.ceil(count / groups);
  const taken = new Map<string, number>();
  const chosen: TargetSlice[] = [];
  for (const target of targets) {
    const { group } = target.item;
    const before = taken.get(group) ?? 0;
    if (before === perGroup || chosen.length === count) continue;
    taken.set(group, before + 1);
    chosen.push(target);
  }
  return chosen;
}

async function figure({ item, slice, area }: TargetSlice, folder: string): Promise<Html> {
  const files = await readItemFiles(item, folder);
  const { image } = files;
  const { voxels: labels } = files.labels;
  const plane = labels.pick(slice, null, null);
  const { sizes, box, count: lesions } = connectedComponents(plane);
  const largest = sizes.subarray(1).indexOf(Math.max(...sizes.subarray(1))) + 1;
  const { start, end } = box(largest);
  const window = windowAround([start[0]!, start[1]!], [end[0]!, end[1]!]);
  const picture = isFlatImage(filesOf(item.image)[0])
    ? flatPicture(image, labels, window)
    : cut(image, labels, slice, window);
  const scale = Math.max(1, Math.round(panelSize / window.width));
  const { uri, width, height } = drawPanels(picture, [[], ['truth']], scale);
  const [, rows, columns] = item.size;
  const share = (100 * area) / (rows * columns);
  const place = item.size[0] > 1 ? `${item.id}, slice ${slice + 1}` : item.id;
  const parts = lesions > 1 ? `, ${plural(lesions, 'part')}, the largest shown` : '';
  const text = `${plural(area, 'pixel')}, ${share.toPrecision(2)} % of ${countText(rows)} × ${countText(columns)}${parts}`;
  return html`<figure><img src="${uri}" width="${width}" height="${height}" alt="${place}: the image, and the image with the outline of the target">
<figcaption><b>${place}</b><br>${text}</figcaption></figure>`;
}

type Window = Parameters<typeof cutPicture>[2];

function cut(image: Volume, labels: NdArray<Uint8Array>, slice: number, window: Window): Picture {
  const slices = image.voxels.shape[0]!;
  // Slices that are the channels of one sample: the target is that of the middle one.
  const shown = labels.shape[0] === slices ? slice : Math.floor(slices / 2);
  const volume = sliceOf(image, shown);
  const truth = labels.lo(slice, 0, 0).hi(1, labels.shape[1]!, labels.shape[2]!);
  return cutPicture({ volume, truth, prediction: truth }, 0, window, rangeIn(volume, window));
}

/** Black and white of what is shown: a whole CT reaches from air to metal. */
function rangeIn(
  volume: Volume,
  { row, column, height, width }: Window,
): readonly [number, number] {
  const [, rows, columns] = volume.voxels.shape as [number, number, number];
  const [top, left] = [Math.max(0, row), Math.max(0, column)];
  const [bottom, right] = [Math.min(rows, row + height), Math.min(columns, column + width)];
  const voxels = volume.voxels.lo(0, top, left).hi(1, bottom - top, right - left);
  return greyRange({ ...volume, voxels });
}

function sliceOf(image: Volume, slice: number): Volume {
  const { voxels } = image;
  const [, rows, columns] = voxels.shape as [number, number, number];
  return { ...image, voxels: voxels.lo(slice, 0, 0).hi(1, rows, columns) };
}

/** A 2-D image in its colours, if it has any. */
function flatPicture(image: Volume, labels: NdArray<Uint8Array>, window: Window): Picture {
  const range = greyRange(image);
  const channels = Array.from({ length: image.voxels.shape[0]! }, (_, channel) => {
    const volume = sliceOf(image, channel);
    return cutPicture({ volume, truth: labels, prediction: labels }, 0, window, range);
  });
  const [first] = channels;
  if (channels.length !== 3) return first!;
  const colours = new Uint8Array(3 * first!.grey.length);
  for (const [c, { grey }] of channels.entries()) {
    for (let i = 0; i < grey.length; i++) colours[3 * i + c] = grey[i]!;
  }
  return { ...first!, colours };
}
