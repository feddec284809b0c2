import { resolve } from 'node:path';
import { IGNORED, type LabelRule, type Volume } from '@sts-net/volume-io';
import { wholeOrMapped } from '../images/label-map.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';

/** What the numbers in the mask of an item are; what is to be ignored becomes `IGNORED`. */
export function itemRule({ ignore }: Pick<ManifestItem, 'ignore'>): LabelRule {
  return wholeOrMapped(undefined, ignore);
}

/** The label that stands for nothing to be counted in what `itemRule` reads, if one does. */
export function ignoredLabel({ ignore }: Pick<ManifestItem, 'ignore'>): number | undefined {
  return ignore === undefined ? undefined : IGNORED;
}

/**
 * Reads the image of an item that has a mask, of several channels the first, and the labels as they lie
 * on it.
 *
 * @param folder that the paths of the manifest start from
 * @throws Error naming the file, if one cannot be read or they do not belong together
 */
export async function readItemFiles(
  item: ManifestItem,
  folder: string,
): Promise<{ readonly image: Volume; readonly labels: Volume<Uint8Array> }> {
  const [file] = filesOf(item.image);
  const image = await readImageFile(resolve(folder, file));
  const labels = await readLabels(resolve(folder, item.mask!), itemRule(item), {
    subject: `'${item.id}': its mask`,
    like: image,
    flat: item.size[0] === 1 && image.voxels.shape[0]! > 1,
    placeless: isFlatImage(file),
  });
  return { image, labels };
}
