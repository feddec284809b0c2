import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { likeVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { type DatasetItem, sourcesOf } from '../kinds/dataset-spec.ts';
import type { ImageFiles } from '../manifest/image-files.ts';
import type { ReadItem } from './read-item.ts';

/**
 * Writes the files of an item that the data set does not hold: `images/<id>.nii.gz`, of a channel
 * `images/<id>/<channel>.nii.gz`, and `masks/<id>`.
 *
 * @param folder to write into
 * @param home where it will be
 * @returns the paths of all files of the item from there
 */
export async function writeMade(
  folder: string,
  home: string,
  { id, image: source, mask }: DatasetItem,
  { channels, image, flat, labels, made }: ReadItem,
): Promise<{ readonly image: ImageFiles; readonly mask: string }> {
  const paths: string[] = [];
  for (const [i, one] of sourcesOf(source).entries()) {
    const { name, volume } = channels[i]!;
    const path = name === '' ? `images/${id}.nii.gz` : `images/${id}/${name}.nii.gz`;
    if (typeof one !== 'string') await writeVolume(await place(folder, path), volume);
    paths.push(typeof one === 'string' ? relativePath(home, one) : path);
  }
  const maskPath = `masks/${id}${flat ? '.png' : '.nii.gz'}`;
  if (made && flat) {
    const plane = ndarray(labels.data, labels.shape.slice(1));
    await writeImage(await place(folder, maskPath), plane);
  } else if (made) await writeVolume(await place(folder, maskPath), likeVolume(image, labels));
  return {
    image:
      typeof source === 'object'
        ? Object.fromEntries(channels.map(({ name }, i) => [name, paths[i]!]))
        : paths[0]!,
    mask: made ? maskPath : relativePath(home, (mask as readonly string[])[0]!),
  };
}

/** The path in the folder, which is made up to there. */
async function place(folder: string, path: string): Promise<string> {
  const whole = join(folder, path);
  await mkdir(dirname(whole), { recursive: true });
  return whole;
}

function relativePath(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}
