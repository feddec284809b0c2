import { resolve } from 'node:path';
import { IGNORED, labelsOf, type Volume } from '@sts-net/volume-io';
import { wholeOrMapped } from '../images/label-map.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';

/** What the files of an item hold. */
export interface ItemFiles {
  /** Of several channels the first. */
  readonly image: Volume;
  /** As they lie on the image; background where nothing counts. */
  readonly labels: Volume<Uint8Array>;
  /** 1 for each voxel on which nothing counts, in C order; undefined where the manifest names no such number. */
  readonly ignored?: Uint8Array | undefined;
}

/**
 * Reads the image of an item that has a mask, of several channels the first, and the labels as they lie
 * on it.
 *
 * @param folder that the paths of the manifest start from
 * @throws Error naming the file, if one cannot be read or they do not belong together
 */
export async function readItemFiles(item: ManifestItem, folder: string): Promise<ItemFiles> {
  const [file] = filesOf(item.image);
  const image = await readImageFile(resolve(folder, file));
  const read = await readLabels(
    resolve(folder, item.mask!),
    wholeOrMapped(undefined, item.ignore),
    {
      subject: `'${item.id}': its mask`,
      like: image,
      flat: isChannels(item.size, image),
      placeless: isFlatImage(file),
    },
  );
  return { image, ...(item.ignore === undefined ? { labels: read } : takenOut(read)) };
}

/**
 * Whether an item is one 2-D image: a picture, or a volume of one slice in the manifest, whose slices are
 * channels.
 */
export function isFlatItem(
  { image, size }: Pick<ManifestItem, 'image' | 'size'>,
  read: Volume,
): boolean {
  return isFlatImage(filesOf(image)[0]) || isChannels(size, read);
}

function isChannels([slices]: ManifestItem['size'], { voxels }: Volume): boolean {
  return slices === 1 && voxels.shape[0]! > 1;
}

/** Labels, and the voxels of them on which nothing counts, of what holds `IGNORED` there. */
export function takenOut(read: Volume<Uint8Array>): Required<Omit<ItemFiles, 'image'>> {
  // In C order, and in an array of their own.
  const labels = labelsOf(read);
  const { data } = labels.voxels;
  const ignored = data.map((label) => (label === IGNORED ? 1 : 0));
  for (let i = 0; i < data.length; i++) if (ignored[i] === 1) data[i] = 0;
  return { labels, ignored };
}
