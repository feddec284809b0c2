import {
  gridDistance,
  knownGeometry,
  ontoGridOf,
  resampleOnto,
  type Volume,
} from '@sts-net/volume-io';
import type { Channels, Preprocessing } from './preprocessing.ts';

/** A channel of an image: its name, where it has one, and its volume, unless it is missing. */
export interface ChannelVolume {
  readonly name: string | undefined;
  readonly volume: Volume | undefined;
}

/** Whether it is the one volume of an image without named channels. */
export function isVolume(image: Channels): image is Volume {
  // A channel may be called `voxels`.
  return (image as Volume).voxels?.data !== undefined;
}

/** The volume whose grid is that of an image: the only one, or the first of its channels. */
export function referenceOf(image: Channels): Volume {
  const first = isVolume(image) ? image : Object.values(image)[0];
  if (first !== undefined) return first;
  throw new RangeError('an image of named channels must have one at least, got none');
}

/**
 * The channels of an image in the order that the preprocessing says, all on the grid of the first that
 * the image has.
 *
 * @throws RangeError naming the image and the channel that it lacks, or that lies elsewhere
 */
export function channelVolumes(
  image: Channels,
  { channels, missing }: Pick<Preprocessing, 'channels' | 'missing'>,
  { flat, id }: { readonly flat: boolean; readonly id: string },
): readonly ChannelVolume[] {
  if (isVolume(image)) {
    if (channels === undefined || channels.length === 1) {
      return [{ name: channels?.[0], volume: image }];
    }
    throw new RangeError(
      `'${id}': must have the channels ${quoted(channels)}, got one image without a name; give an image for each`,
    );
  }
  const given = Object.keys(image);
  const volumes = (channels ?? given).map((name) => ({
    name,
    volume: Object.hasOwn(image, name) ? image[name] : undefined,
  }));
  if (volumes.every(({ volume }) => volume === undefined)) {
    throw new RangeError(
      `'${id}': must have one of the channels ${quoted(channels ?? [])} at least, got ${quoted(given) || 'none'}`,
    );
  }
  const lacking = volumes.find(({ volume }) => volume === undefined);
  if (lacking !== undefined && missing !== 'zero') {
    throw new RangeError(
      `'${id}': must have the channel '${lacking.name}', but has ${quoted(given)} only; add its image, take the case out, or let 0 stand for it (\`missing\` 'zero')`,
    );
  }
  const reference = { name: given[0]!, volume: referenceOf(image) };
  return volumes.map(({ name, volume }) => ({
    name,
    volume: volume && onGridOf(reference, { name, volume }, { flat, id }),
  }));
}

/** A channel that is there. */
interface NamedVolume {
  readonly name: string;
  readonly volume: Volume;
}

/** A volume on the grid of the reference: as it is, turned, or between its voxels. */
function onGridOf(
  reference: NamedVolume,
  { name, volume }: NamedVolume,
  { flat, id }: { readonly flat: boolean; readonly id: string },
): Volume {
  const like = reference.volume;
  if (volume === like) return volume;
  // The slices of 2-D images are colours.
  const skipped = flat ? 1 : 0;
  const isSameShape = volume.voxels.shape.every(
    (length, axis) => axis < skipped || length === like.voxels.shape[axis],
  );
  const nearest = Math.min(...like.spacing) / 2;
  if (isSameShape && (flat || gridDistance(volume, like) <= nearest)) return volume;
  const subject = `'${id}': channel '${name}'`;
  if (flat) {
    const sizeOf = ({ voxels }: Volume) => `[${voxels.shape.slice(1).join(', ')}]`;
    throw new RangeError(
      `${subject} must have the size of channel '${reference.name}', ${sizeOf(like)}, got ${sizeOf(volume)}; resize it first`,
    );
  }
  try {
    return ontoGridOf(volume, like);
  } catch {
    // It has other voxels.
  }
  for (const one of [reference, { name, volume }]) {
    if (knownGeometry(one.volume).orientation) continue;
    throw new RangeError(
      `${subject} must lie on the grid of channel '${reference.name}', or both files must say where they lie, but that of '${one.name}' does not; resample it first, or write its geometry into the header`,
    );
  }
  if (!overlaps(volume, like)) {
    throw new RangeError(
      `${subject} must show what channel '${reference.name}' shows, but lies elsewhere in space; is it of another patient or examination?`,
    );
  }
  return resampleOnto(volume, like, { outside: 0 });
}

/** Whether a voxel of `like` at least has its centre in the volume. */
function overlaps(volume: Volume, like: Volume): boolean {
  const ones = { ...volume, voxels: likeOnes(volume) };
  const there = resampleOnto(ones, like, { interpolation: 'nearest', outside: 0 });
  return there.voxels.data.includes(1);
}

/** One voxel of 1 that stands for all. */
function likeOnes({ voxels }: Volume): Volume['voxels'] {
  const ones = voxels.pick(null, null, null);
  ones.data = Uint8Array.of(1);
  ones.stride = [0, 0, 0];
  ones.offset = 0;
  return ones;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
