import { type NdArray, ndarray } from '@sts-net/views';
import { checkSameGrid } from '../grids/same-grid.ts';
import { labelsOf } from '../labels/labels-of.ts';
import type { Volume } from '../volume/volume.ts';
import { floatSlices, imageOf } from './slice-images.ts';
import { type EdgeRule, inPlane, type SliceAxis, sliceRange } from './slice-range.ts';

/** One 2.5D training or test image with its label. */
export interface Sample {
  readonly id: string;
  /** The patient or case; splits are by group. */
  readonly group: string;
  /** `[row, column, channel]`; often a view into a volume, so do not write to it. */
  readonly image: NdArray<Float32Array>;
  /** `[row, column]`, 0 is background, `IGNORED` what nothing counts on; often a view into a volume, so do not write to it. */
  readonly mask: NdArray<Uint8Array>;
}

/** Which voxels of `label` make a sample's mask. */
export type LabelMode = 'center' | 'union';

export interface Slices25dOptions {
  /** Axis of `[slice, row, column]` that is cut across. @default 0 */
  readonly axis?: SliceAxis;
  /** Neighbours on either side; images have `2 · context + 1` channels. @default 1 */
  readonly context?: number;
  /**
   * At slices that lack a neighbour:
   * - `triple`: every channel is the slice itself (the paper, Fig. 2);
   * - `replicate`: the nearest slice, `[s0, s0, s1]`;
   * - `reflect`: mirrored at the edge slice, `[s1, s0, s1]`;
   * - `zero`: zeros, `[0, s0, s1]`;
   * - `drop`: no sample for such slices.
   * @default 'triple'
   */
  readonly edge?: EdgeRule;
  /** Segmentation on the same grid, as `labelsOf` takes it: whole numbers. @default all background */
  readonly label?: Volume;
  /** `center`: the middle slice's label; `union`: the largest label over the channels' slices. @default 'center' */
  readonly labelMode?: LabelMode;
  /** Name of the volume; samples are called `<id>_000`, `<id>_001`, … @default 'volume' */
  readonly id?: string;
  /** The patient or case that samples belong to. @default `id` */
  readonly group?: string;
}

/**
 * The 2.5D samples of a volume (Zhao et al., Sci Rep 2025, Fig. 2): each slice with its
 * neighbours as channels. Samples are made as they are asked for. Images are views into the volume
 * where its voxels are float32, else into one float32 copy that they share, each slice of which is
 * made when it is first needed; only at edges with `replicate`, `reflect` and `zero` are there
 * images of their own. Masks are views into the label where it is uint8, else into one uint8 copy.
 * So do not write to either.
 * @param volume or several on one grid, such as contrasts of one patient: channels are then ordered
 * slice by slice, the volumes within each; images are views where the volumes' slices lie in turns in
 * one array
 * @throws {RangeError} if an option is out of range, the volumes differ in shape, or the label holds anything but whole numbers
 * from 0 to 255 or is not on the grid of `volume` (see `checkSameGrid`)
 */
export function slices25d(
  volume: Volume | readonly Volume[],
  options: Slices25dOptions = {},
): Iterable<Sample> {
  const { label, labelMode = 'center', id = 'volume', group = id } = options;
  const volumes = 'voxels' in volume ? [volume] : volume;
  const { shape } = sameShape(volumes, id);
  const { axis, context, edge, first, last } = sliceRange('slices25d', shape, options);
  if (labelMode !== 'center' && labelMode !== 'union') {
    throw new RangeError(
      `\`slices25d\`: \`labelMode\` must be 'center' or 'union', got ${String(labelMode)}`,
    );
  }
  const labels = label && labelOn(volumes[0]!, label, id);
  const count = shape[axis]!;
  const plane = inPlane(shape, axis);
  const background = ndarray(new Uint8Array(labels ? 0 : plane[0] * plane[1]), plane);
  const digits = Math.max(3, String(count - 1).length);

  function* samples(): Generator<Sample> {
    const slices = volumes.map((one) => floatSlices(one, axis));
    for (let index = first; index < last; index++) {
      const window = neighbours(index, count, context, edge);
      const sources = labelMode === 'center' ? [index] : window;
      yield {
        id: `${id}_${String(index).padStart(digits, '0')}`,
        group,
        image: imageOf(slices, window),
        mask: labels === undefined ? background : maskOf(labels, axis, sources),
      };
    }
  }
  return { [Symbol.iterator]: samples };
}

function sameShape(volumes: readonly Volume[], id: string): Volume['voxels'] {
  const [first, ...others] = volumes.map(({ voxels }) => voxels);
  if (first === undefined)
    throw new RangeError(`\`slices25d\`: ${id} must have a volume, got none`);
  for (const { shape } of others) {
    if (shape.join() === first.shape.join()) continue;
    throw new RangeError(
      `\`slices25d\`: the volumes of ${id} must have one shape, got [${first.shape.join(', ')}] and [${shape.join(', ')}]; resample them onto one grid`,
    );
  }
  return first;
}

/** Slice of each channel; −1 is a slice of zeros. */
function neighbours(index: number, count: number, context: number, edge: EdgeRule): number[] {
  const window = Array.from({ length: 2 * context + 1 }, (_, c) => index - context + c);
  if (window[0]! >= 0 && window.at(-1)! < count) return window;
  return window.map((at) => {
    if (edge === 'triple') return index;
    if (at >= 0 && at < count) return at;
    if (edge === 'zero') return -1;
    if (edge === 'replicate' || count === 1) return at < 0 ? 0 : count - 1;
    const period = 2 * (count - 1);
    const phase = ((at % period) + period) % period;
    return phase < count ? phase : period - phase;
  });
}

/** The label as uint8, once it is sure that it is one and lies on the image. */
function labelOn(volume: Volume, label: Volume, id: string): Volume<Uint8Array> {
  const subject = `\`slices25d\`: the label of ${id}`;
  checkSameGrid(label, volume, { subject, reference: 'the image' });
  if (label.voxels.data instanceof Uint8Array) return label as Volume<Uint8Array>;
  const remedy = 'make labels of it first, by `labelsOf` with the rule that fits';
  return labelsOf(label, 'whole', { subject, remedy });
}

function maskOf(
  { voxels }: Volume<Uint8Array>,
  axis: SliceAxis,
  sources: readonly number[],
): NdArray<Uint8Array> {
  const shape = inPlane(voxels.shape, axis);
  const stride = inPlane(voxels.stride, axis);
  const along = voxels.stride[axis]!;
  const { data } = voxels;
  if (sources.every((at) => at === sources[0])) {
    return ndarray(data, shape, stride, voxels.offset + sources[0]! * along);
  }
  const mask = new Uint8Array(shape[0] * shape[1]);
  for (const at of new Set(sources)) {
    if (at < 0) continue;
    let to = 0;
    for (let row = 0; row < shape[0]; row++) {
      let from = voxels.offset + at * along + row * stride[0];
      for (let column = 0; column < shape[1]; column++, to++, from += stride[1]) {
        mask[to] = Math.max(mask[to]!, data[from]!);
      }
    }
  }
  return ndarray(mask, shape);
}
