import type { ByteSource } from '../../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, dot } from '../../../geometry/vectors.ts';
import type { Volume } from '../../../volume/volume.ts';
import type { JpegCodecs } from '../pixels/codecs.ts';
import { parseDicomImage } from '../pixels/dicom-image.ts';
import { compareOrders } from './frame-orders.ts';
import { type Slice, slicesOf } from './slices.ts';
import { volumesOf } from './volumes-of.ts';

const MAX_FILE_BYTES = 2 ** 32;

interface ParseContext {
  readonly name: string;
  readonly codecs: JpegCodecs;
  onWarning(message: string): void;
}

/** Reads a DICOM file: one volume for each set of frames that covers space once, and sample. */
export async function parseDicomVolumes(
  source: ByteSource,
  { name, codecs, onWarning }: ParseContext,
): Promise<readonly Volume[]> {
  const bytes = await source.readRest(MAX_FILE_BYTES);
  const said = new Set<string>();
  const warnOnce = (message: string) => {
    if (!said.has(message)) onWarning(message);
    said.add(message);
  };
  const slices = slicesOf(await parseDicomImage(bytes, codecs, name, warnOnce), name);
  return setsOf(slices, name, warnOnce).flatMap((set) =>
    volumesOf(set, name, { onWarning: warnOnce }),
  );
}

/**
 * Sorts the frames of one file into sets that cover space once each: its stacks, and in a stack the
 * time points, echoes and the like, in the order that the file states and not that of its frames.
 */
function setsOf(
  slices: readonly Slice[],
  name: string,
  onWarning: (message: string) => void,
): readonly (readonly Slice[])[] {
  const sorted = [...slices].sort((a, b) => compareOrders(a.order, b.order));
  if (sorted.some(({ geometry }) => geometry.position === undefined)) {
    return sorted.map((slice) => [slice]);
  }
  const stacks = [...new Set(sorted.map(({ order }) => order.stack))];
  return stacks.flatMap((stack) =>
    turnsOf(
      sorted.filter(({ order }) => order.stack === stack),
      name,
      onWarning,
    ),
  );
}

/** The n-th frame at a place belongs to the n-th set. */
function turnsOf(
  sorted: readonly Slice[],
  name: string,
  onWarning: (message: string) => void,
): readonly (readonly Slice[])[] {
  const { alongRow, alongColumn } = sorted[0]!.geometry;
  const normal = cross(alongRow, alongColumn);
  const places = new Map<number, Slice[]>();
  const sets: Slice[][] = [];
  let areAlike = false;
  for (const slice of sorted) {
    const micrometres = Math.round(1000 * dot(slice.geometry.position!, normal));
    const before = places.get(micrometres) ?? [];
    places.set(micrometres, before);
    const previous = before.at(-1);
    areAlike ||= previous !== undefined && compareOrders(previous.order, slice.order) === 0;
    if (before.length === sets.length) sets.push([]);
    sets[before.length]!.push(slice);
    before.push(slice);
  }
  if (sets.some((set) => set.length !== sets[0]!.length)) {
    throw new VolumeFormatError(
      `${name}: its frames must cover space equally often, got places with ${sets.length} frames and places with fewer; \`readDicomImage\` gives them as they are`,
    );
  }
  if (areAlike) {
    onWarning(
      `${name}: nothing tells the ${sets.length} frames at one place apart, so their order in the file says which volume they belong to`,
    );
  }
  return sets;
}
