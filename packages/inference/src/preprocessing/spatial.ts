import { ndarray } from '@sts-net/views';
import {
  createVolume,
  crop,
  knownGeometry,
  reorient,
  resample,
  type Spacing,
  type Volume,
  type VoxelArray,
} from '@sts-net/volume-io';
import type { FullPreprocessing } from './preprocessing.ts';
import { resizeImagePlanes, resizeMaskPlanes } from './resize-planes.ts';
import { valuesOf } from './values-of.ts';

/** What of a preprocessing is done to the grid of an image. */
type SpatialSteps = Pick<FullPreprocessing, 'orientation' | 'spacing' | 'axis' | 'size'>;

/** The share by which spacings may differ that count as one: rounding in headers. */
const sameSpacing = 1e-4;

/**
 * Checks that an image can be turned and resampled as asked.
 *
 * @throws RangeError naming the image, if it has no place in space, or its file does not say which
 */
export function checkGeometry(
  image: Volume,
  { orientation, spacing, axis }: SpatialSteps,
  { flat, id }: { readonly flat: boolean; readonly id: string },
): void {
  const asked = orientation === undefined ? 'spacing' : 'orientation';
  if (orientation === undefined && spacing === undefined) return;
  if (flat) {
    throw new RangeError(
      `'${id}': \`${asked}\` is for volumes, which have a place in the body and distances in mm, but this is a 2-D image; leave \`${asked}\` out, or take volumes`,
    );
  }
  const known = knownGeometry(image);
  if (orientation !== undefined && !known.orientation) {
    throw new RangeError(
      `'${id}': the image must say how it is turned, to be brought to the \`orientation\` ${orientation}, but its file does not; write it into the header, or leave \`orientation\` out`,
    );
  }
  if (spacing === undefined) return;
  const axes = orientation === undefined ? [0, 1, 2] : ownAxes(image, reorient(image, orientation));
  const wanted = spacingOf([0, 0, 0], spacing, axis);
  for (const [i, own] of axes.entries()) {
    if (wanted[i] === 0 || known.spacing[own]) continue;
    const between = ['slices', 'rows', 'columns'][own];
    throw new RangeError(
      `'${id}': the image must say how far its ${between} are apart, to be brought to the \`spacing\` of ${wanted[i]} mm, but its file does not; write it into the header, or leave \`spacing\` out`,
    );
  }
}

/** How many times as long as wide pixels may be; beyond, nnU-Net takes images for stacks of slices (Isensee et al., Nat Methods 2021). */
const mostUneven = 3;

/**
 * Checks that an image can be cut along all axes.
 *
 * @throws RangeError naming it, if it is no volume, or its pixels would be too uneven along one of them
 */
export function checkAxes(
  image: Volume,
  steps: SpatialSteps,
  { flat, id }: { readonly flat: boolean; readonly id: string },
): void {
  if (flat) {
    throw new RangeError(
      `'${id}': must be a volume to be cut along all axes, but is a 2-D image; predict it along the one that it has`,
    );
  }
  if (!knownGeometry(image).spacing.every(Boolean)) {
    throw new RangeError(
      `'${id}': the image must say how far its voxels are apart, to be cut along all axes, but its file does not; write it into the header, or predict along one axis`,
    );
  }
  const grid = gridOf(image, false);
  const turned = steps.orientation === undefined ? grid : reorient(grid, steps.orientation);
  for (const axis of [0, 1, 2] as const) {
    const spacing = spacingOf(turned.spacing, steps.spacing ?? {}, axis);
    const inPlane = [0, 1, 2].filter((i) => i !== axis);
    const pixel = inPlane.map((i, k) => {
      const extent = turned.voxels.shape[i]! * turned.spacing[i]!;
      return steps.size === undefined ? spacing[i]! : extent / steps.size[k]!;
    });
    const ratio = Math.max(...pixel) / Math.min(...pixel);
    if (ratio <= mostUneven) continue;
    const mm = pixel.map((step) => Number(step.toPrecision(3))).join(' × ');
    throw new RangeError(
      `'${id}': along axis ${axis} its pixels would be ${mm} mm, more than ${mostUneven} times as long as wide, which no network knows that was trained on slices; predict along one axis, or train with a \`spacing\``,
    );
  }
}

/**
 * The image turned, resampled between its voxels, and resized, as float32.
 *
 * @param id the image's name in errors
 * @throws RangeError if it would have too many voxels
 */
export function placedImage(image: Volume, steps: SpatialSteps, id: string): Volume<Float32Array> {
  const turned = asFloat32(turnedTo(image, steps.orientation));
  const spacing = newSpacing(turned, steps);
  const resampled = spacing === undefined ? turned : resampledTo(spacing, turned, id);
  return steps.size === undefined
    ? resampled
    : resizeImagePlanes(resampled, steps.axis, steps.size);
}

function resampledTo(
  spacing: Spacing,
  image: Volume<Float32Array>,
  id: string,
): Volume<Float32Array> {
  try {
    return resample(image, spacing);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(
      `'${id}': cannot be brought to the spacing that is asked for: ${message}`,
      {
        cause,
      },
    );
  }
}

/** The labels of an image, brought to the same grid by the nearest voxel. */
export function placedMask(mask: Volume<Uint8Array>, steps: SpatialSteps): Volume<Uint8Array> {
  const turned = turnedTo(mask, steps.orientation);
  const spacing = newSpacing(turned, steps);
  const resampled =
    spacing === undefined ? turned : resample(turned, spacing, { interpolation: 'nearest' });
  return steps.size === undefined ? resampled : resizeMaskPlanes(resampled, steps.axis, steps.size);
}

/** The grid of an image, of a 2-D one that of a channel: a volume of zeros that holds no voxels. */
export function gridOf(image: Volume, flat: boolean): Volume<Uint8Array> {
  const { spacing, affine, voxels } = flat ? firstSlice(image) : image;
  return { spacing, affine, voxels: ndarray(new Uint8Array(1), [...voxels.shape], [0, 0, 0]) };
}

export function firstSlice<T extends VoxelArray>(volume: Volume<T>): Volume<T> {
  const [, rows, columns] = volume.voxels.shape as [number, number, number];
  return crop(volume, { start: [0, 0, 0], shape: [1, rows, columns] });
}

/** For each axis of a volume the axis of another, turned from it, that runs along it most nearly. */
export function ownAxes(own: Volume, turned: Volume): readonly number[] {
  const directions = ({ affine, spacing }: Volume) =>
    [0, 1, 2].map((axis) => [0, 4, 8].map((row) => affine[row + 2 - axis]! / spacing[axis]!));
  const before = directions(own);
  return directions(turned).map((one) => {
    const along = before.map((other) =>
      Math.abs(one.reduce((sum, x, i) => sum + x * other[i]!, 0)),
    );
    return along.indexOf(Math.max(...along));
  });
}

/** Voxels in C order, as what follows goes through them, unless they were so turned already. */
function turnedTo<T extends VoxelArray>(
  volume: Volume<T>,
  orientation: string | undefined,
): Volume<T> {
  if (orientation === undefined) return volume;
  const { voxels, affine } = reorient(volume, orientation);
  return createVolume(ndarray(valuesOf(voxels), [...voxels.shape]), { affine });
}

/** Undefined where the volume has it already. */
function newSpacing(
  volume: Volume,
  { spacing, axis }: Pick<SpatialSteps, 'spacing' | 'axis'>,
): Spacing | undefined {
  if (spacing === undefined) return undefined;
  const wanted = spacingOf(volume.spacing, spacing, axis);
  const isSame = wanted.every(
    (step, i) => Math.abs(step - volume.spacing[i]!) <= sameSpacing * step,
  );
  return isSame ? undefined : wanted;
}

/** `[slice, row, column]`; what is left open as it is. */
function spacingOf(
  own: Spacing,
  { inPlane, throughPlane }: NonNullable<SpatialSteps['spacing']>,
  axis: 0 | 1 | 2,
): Spacing {
  const wanted = [...own] as [number, number, number];
  const [row, column] = [0, 1, 2].filter((i) => i !== axis) as [number, number];
  if (throughPlane !== undefined) wanted[axis] = throughPlane;
  if (inPlane !== undefined) [wanted[row], wanted[column]] = inPlane;
  return wanted;
}

/** The volume with its voxels as float32. */
function asFloat32(volume: Volume): Volume<Float32Array> {
  const { voxels } = volume;
  if (voxels.data instanceof Float32Array) return volume as Volume<Float32Array>;
  const data = new Float32Array(voxels.data);
  return { ...volume, voxels: ndarray(data, voxels.shape, voxels.stride, voxels.offset) };
}
