/**
 * The texts of an element wherever it occurs in the bytes of a DICOM file, which may be its beginning
 * only: also in sequences, in which segmentations name what they were drawn on. Reads little-endian
 * files, which are all but the oldest.
 *
 * @param tag group and element, for example `[0x0020, 0x000e]`
 */
export function dicomTexts(bytes: Buffer, [group, element]: readonly [number, number]): string[] {
  const tag = Buffer.from([group & 255, group >> 8, element & 255, element >> 8]);
  const texts = new Set<string>();
  for (let at = bytes.indexOf(tag); at >= 0; at = bytes.indexOf(tag, at + 1)) {
    const start = at + 8;
    if (start > bytes.length) break;
    const isExplicit = /^(UI|LO|SH|CS)$/.test(bytes.toString('latin1', at + 4, at + 6));
    const length = isExplicit ? bytes.readUInt16LE(at + 6) : bytes.readUInt32LE(at + 4);
    // Longer ones are voxels that look like the tag.
    if (length > 64) continue;
    const text = bytes
      .toString('latin1', start, start + length)
      .replace(/\0.*$/s, '')
      .trim();
    if (text !== '') texts.add(text);
  }
  return [...texts];
}
