import {
  likeVolume,
  type ReadingOptions,
  readDicomSegments,
  readLidcAnnotations,
  readRtStruct,
  type Volume,
} from '@sts-net/volume-io';
import { uniteMasks } from '../images/unite-masks.ts';
import type { DatasetOptions } from './dataset-spec.ts';
import type { Annotation } from './dicom-files.ts';
import { namePattern } from './name-pattern.ts';

/**
 * The targets of a series as one mask of 0 and 1.
 *
 * @throws RangeError if several things were drawn and the options choose none, or one that is not there.
 */
export async function drawTargets(
  image: Volume,
  annotations: readonly Annotation[],
  { target, readers = 2, onWarning }: DatasetOptions & ReadingOptions,
): Promise<Volume> {
  const wanted = target === undefined ? undefined : namePattern(target);
  const names = new Set<string>();
  const isWanted = (name: string) => {
    names.add(name);
    return wanted?.test(name.normalize()) ?? true;
  };
  const chosen: Volume<Uint8Array>[] = [];
  for (const annotation of annotations) {
    const reading = { like: image, onWarning };
    chosen.push(...(await drawingsIn(annotation, readers, isWanted, reading)));
  }
  if (chosen.length === 0 || (wanted === undefined && names.size > 1)) {
    const list = [...names].map((name) => `'${name}'`).join(', ');
    throw new RangeError(
      chosen.length === 0
        ? `no target is called '${target}'; there are ${list || 'none'}`
        : `several things were drawn, ${list}; choose by \`target\``,
    );
  }
  return likeVolume(image, uniteMasks(chosen.map(({ voxels }) => voxels)));
}

/** The masks of 0 and 1 of what is wanted in a file. */
async function drawingsIn(
  { path, kind }: Annotation,
  readers: number,
  isWanted: (name: string) => boolean,
  reading: { readonly like: Volume } & ReadingOptions,
): Promise<readonly Volume<Uint8Array>[]> {
  if (kind === 'xml') {
    if (!isWanted('nodule')) return [];
    return [atLeast((await readLidcAnnotations(path, reading)).volume, readers)];
  }
  if (kind === 'structure set') {
    // What is not wanted may be damaged.
    const rois = await readRtStruct(path, { ...reading, rois: ({ name }) => isWanted(name) });
    return rois.map(({ volume }) => volume);
  }
  const segments = await readDicomSegments(path, reading);
  return segments
    .filter(({ label }) => isWanted(label))
    .map(({ volume, maximum }) => atLeast(volume, maximum / 2));
}

function atLeast(volume: Volume<Uint8Array>, threshold: number): Volume<Uint8Array> {
  const { data } = volume.voxels;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! >= threshold ? 1 : 0;
  return volume;
}
