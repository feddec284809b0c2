import { encodeDicomSegments, encodeVolume, labelsOf, type Volume } from '@sts-net/volume-io';
import type { ClassDescription } from '../model/model-description.ts';

/** Labels as a NIfTI file. */
export function niftiOf(labels: Volume<Uint8Array>): Promise<Uint8Array> {
  return encodeVolume(labels, { gzip: true });
}

/** Labels as a DICOM SEG, with a segment for each class of which there is a voxel. */
export function segOf(
  labels: Volume<Uint8Array>,
  image: Volume,
  classes: readonly ClassDescription[],
): Promise<Uint8Array> {
  const segments = classes.flatMap(({ name, color }, label) => {
    if (label === 0 || !labels.voxels.data.includes(label)) return [];
    const volume = labelsOf(labels, { labels: [label] });
    return [{ label: name, volume, ...(color && { color }) }];
  });
  return encodeDicomSegments(segments, { like: image });
}

export function download(name: string, bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as BlobPart]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
