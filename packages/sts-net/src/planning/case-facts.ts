import type { ManifestItem } from '@sts-net/datasets';
import { intensityFacts } from '@sts-net/inference';
import { connectedComponents } from '@sts-net/metrics';
import { knownGeometry, labelCounts, orientationOf, type Volume } from '@sts-net/volume-io';

/** A connected region of one label. */
export interface LesionFacts {
  readonly label: number;
  readonly voxels: number;
  /** The most pixels that it has in a slice. */
  readonly pixels: number;
}

/** What is seen of one case. */
export interface CaseFacts {
  readonly id: string;
  readonly group: string;
  /** Whether it is a 2-D image. */
  readonly flat: boolean;
  /** `[slices, rows, columns]`. */
  readonly size: readonly [number, number, number];
  /** mm, `[slice, row, column]`; null where it is not known. */
  readonly spacing: readonly [number, number, number] | null;
  /** Where column, row and slice lead, such as `RAS`; null where it is not known. */
  readonly orientation: string | null;
  readonly modality: string | undefined;
  /** Whether zeros surround what the image shows. */
  readonly zeroBackground: boolean;
  /** Intensities within the lesions, a sample of at most a thousand, ascending. */
  readonly within: readonly number[];
  /** All numbers that the mask holds, 0 among them. */
  readonly labels: readonly number[];
  readonly lesions: readonly LesionFacts[];
  /** Slices that show a lesion. */
  readonly shown: number;
}

/** What `caseFacts` looks at. */
interface LookedAt {
  readonly item: Pick<ManifestItem, 'id' | 'group' | 'size' | 'spacing' | 'modality'>;
  readonly image: Volume;
  /** On the image's grid. */
  readonly labels: Volume<Uint8Array>;
  readonly flat: boolean;
}

/** Intensities that are looked at within the lesions of a case. */
const mostIntensities = 1000;

/** Looks at a case. */
export function caseFacts({ item, image, labels, flat }: LookedAt): CaseFacts {
  const { id, group, size, spacing, modality } = item;
  const { data } = labels.voxels;
  const present = [...labelCounts(labels).keys()];
  const found = lesionsOf(
    labels,
    present.filter((label) => label !== 0),
  );
  const [slices, rows, columns] = labels.voxels.shape as [number, number, number];
  const isShown = (slice: number) =>
    data.subarray(slice * rows * columns, (slice + 1) * rows * columns).some((l) => l !== 0);
  return {
    ...{ id, group, flat, size, spacing },
    orientation: !flat && knownGeometry(image).orientation ? orientationOf(image) : null,
    modality,
    zeroBackground: intensityFacts(image, flat, modality).zeroBackground,
    within: flat ? [] : intensitiesWithin(image, data),
    labels: present,
    lesions: found,
    shown: Array.from({ length: slices }, (_, slice) => slice).filter(isShown).length,
  };
}

function lesionsOf({ voxels }: Volume<Uint8Array>, classes: readonly number[]): LesionFacts[] {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  const shape = slices === 1 ? [rows, columns] : [slices, rows, columns];
  return classes.flatMap((label) => {
    const { labels, sizes, count } = connectedComponents({ data: voxels.data, shape }, { label });
    const most = new Int32Array(count + 1);
    const plane = rows * columns;
    for (let slice = 0; slice < slices; slice++) {
      const own = new Map<number, number>();
      for (let i = slice * plane; i < (slice + 1) * plane; i++) {
        if (labels[i] !== 0) own.set(labels[i]!, (own.get(labels[i]!) ?? 0) + 1);
      }
      for (const [lesion, pixels] of own) most[lesion] = Math.max(most[lesion]!, pixels);
    }
    return Array.from({ length: count }, (_, i) => ({
      label,
      voxels: sizes[i + 1]!,
      pixels: most[i + 1]!,
    }));
  });
}

/** Evenly spaced among the voxels of the lesions. */
function intensitiesWithin({ voxels }: Volume, labels: Uint8Array): number[] {
  const [, rows, columns] = voxels.shape as [number, number, number];
  let count = 0;
  for (const label of labels) if (label !== 0) count++;
  const step = Math.max(1, Math.ceil(count / mostIntensities));
  const values: number[] = [];
  let seen = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0 || seen++ % step !== 0) continue;
    const slice = Math.floor(i / (rows * columns));
    values.push(voxels.get(slice, Math.floor(i / columns) % rows, i % columns));
  }
  return values.sort((a, b) => a - b);
}
