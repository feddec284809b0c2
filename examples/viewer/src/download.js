// Labels as files.
import { encodeDicomSegments, encodeVolume, labelsOf } from '@sts-net/volume-io';

export function niftiOf(labels) {
  return encodeVolume(labels, { gzip: true });
}

/** A DICOM SEG with a segment for each class of which there is a voxel. */
export function segOf(labels, image, classes) {
  const segments = classes.flatMap(({ name, color }, label) => {
    if (label === 0 || !labels.voxels.data.includes(label)) return [];
    const volume = labelsOf(labels, { labels: [label] });
    return [{ label: name, volume, ...(color && { color }) }];
  });
  return encodeDicomSegments(segments, { like: image });
}

export function download(name, bytes) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
