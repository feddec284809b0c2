import {
  likeVolume,
  readDicomSegments,
  readLidcAnnotations,
  readRtStruct,
  type Volume,
} from '@sts-net/volume-io';
import { uniteMasks } from '../images/unite-masks.ts';
import type { DatasetOptions } from './dataset-spec.ts';
import type { Annotation } from './dicom-files.ts';

interface Drawing {
  readonly name: string;
  readonly volume: Volume<Uint8Array>;
}

/**
 * The targets of a series as one mask of 0 and 1.
 *
 * @throws RangeError if several things were drawn and the options choose none, or one that is not there.
 */
export async function drawTargets(
  image: Volume,
  annotations: readonly Annotation[],
  { target, readers = 2 }: DatasetOptions,
): Promise<Volume> {
  const drawings: Drawing[] = [];
  for (const annotation of annotations) {
    drawings.push(...(await drawingsIn(annotation, image, readers)));
  }
  const names = [...new Set(drawings.map(({ name }) => name))];
  const wanted = target === undefined ? undefined : namePattern(target);
  const chosen = drawings.filter(({ name }) => wanted?.test(name) ?? true);
  if (chosen.length === 0 || (wanted === undefined && names.length > 1)) {
    const list = names.map((name) => `'${name}'`).join(', ');
    throw new RangeError(
      chosen.length === 0
        ? `no target is called '${target}'; there are ${list || 'none'}`
        : `several things were drawn, ${list}; choose by \`target\``,
    );
  }
  return likeVolume(image, uniteMasks(chosen.map(({ volume }) => volume)));
}

async function drawingsIn(
  { path, kind }: Annotation,
  image: Volume,
  readers: number,
): Promise<readonly Drawing[]> {
  if (kind === 'xml') {
    const { volume } = await readLidcAnnotations(path, { like: image });
    return [{ name: 'nodule', volume: atLeast(volume, readers) }];
  }
  if (kind === 'structure set') {
    const rois = await readRtStruct(path, { like: image });
    return rois.map(({ name, volume }) => ({ name, volume }));
  }
  const segments = await readDicomSegments(path, { like: image });
  return segments.map(({ label, volume, maximum }) => ({
    name: label,
    volume: atLeast(volume, maximum / 2),
  }));
}

function atLeast(volume: Volume<Uint8Array>, threshold: number): Volume<Uint8Array> {
  const { voxels } = volume;
  for (const [i, value] of voxels.data.entries()) voxels.data[i] = value >= threshold ? 1 : 0;
  return volume;
}

/** A name in which `*` stands for anything. */
function namePattern(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i');
}
