import { IGNORED, type LabelRule, type Volume } from '@sts-net/volume-io';

/** What numbers of a mask become, from the number that is stored; what it does not name stays. */
export type LabelMap = Readonly<Record<number, number>>;

/** Labels that a mask may hold once it is mapped, 0 among them. */
const classes = 255;

/** @throws RangeError unless whole numbers from 0 become labels */
export function checkMap(map: LabelMap): void {
  for (const [from, to] of Object.entries(map)) {
    if (/^\d+$/.test(from) && Number.isInteger(to) && to >= 0 && to < classes) continue;
    throw new RangeError(
      `\`map\` must lead from whole numbers from 0 to labels from 0 to ${classes - 1}, got ${from}: ${to}`,
    );
  }
}

/**
 * The rule that reads whole numbers of any size, where there is a map.
 *
 * @param ignore number of voxels on which nothing counts, which become `IGNORED`
 */
export function wholeOrMapped(map: LabelMap | undefined, ignore?: number): LabelRule {
  if (map === undefined && ignore === undefined) return 'whole';
  return { classes, ...(map && { map }), ...(ignore !== undefined && { ignore }) };
}

/** The volume, its labels changed in place, but for what the rule that read them ignores. */
export function mapped(
  volume: Volume<Uint8Array>,
  map: LabelMap | undefined,
  ignore?: number,
): Volume<Uint8Array> {
  if (map === undefined) return volume;
  const { data } = volume.voxels;
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (ignore === undefined || label !== IGNORED) data[i] = map[label] ?? label;
  }
  return volume;
}
