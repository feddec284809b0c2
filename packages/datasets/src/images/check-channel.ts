import { gridDistance, ontoGridOf, type Volume } from '@sts-net/volume-io';

/** A named channel of an image. */
export interface Channel {
  readonly name: string;
  /** Whether it is a 2-D image, whose slices are colours. */
  readonly flat: boolean;
  readonly volume: Volume;
}

/**
 * Holds a channel against the first one of its image, which may be itself. Voxels that are only stored in
 * another order are no other grid.
 *
 * @returns what is to be said of a volume that lies on another grid than the first
 * @throws RangeError if they cannot be channels of one image: a 2-D image in colours, of another size,
 * or beside a volume
 */
export function checkChannel(channel: Channel, first: Channel): string | undefined {
  const [{ shape }, { shape: wanted }] = [channel.volume.voxels, first.volume.voxels];
  const subject = `its channel '${channel.name}'`;
  if (channel.flat !== first.flat) {
    const kind = (flat: boolean): string => (flat ? 'a 2-D image' : 'a volume');
    throw new RangeError(
      `${subject} must be ${kind(first.flat)} as '${first.name}' is, got ${kind(channel.flat)}; convert one of them`,
    );
  }
  if (channel.flat) {
    if (shape[0] !== 1) {
      throw new RangeError(
        `${subject} must be grey, got red, green and blue; save each colour as an image, or the image as the only one, without a name`,
      );
    }
    if (shape.join() === wanted.join()) return undefined;
    throw new RangeError(
      `${subject} must have the shape of '${first.name}', [${wanted.slice(1).join(', ')}], got [${shape.slice(1).join(', ')}]; resize one of them`,
    );
  }
  try {
    ontoGridOf(channel.volume, first.volume);
    return undefined;
  } catch {
    const apart =
      shape.join() === wanted.join()
        ? `up to ${gridDistance(channel.volume, first.volume).toPrecision(2)} mm away`
        : `[${shape.join(', ')}] voxels, not [${wanted.join(', ')}]`;
    return `${subject} lies on another grid than '${first.name}', ${apart}`;
  }
}
