import {
  channelNamesOf,
  isFlatItem,
  loadManifest,
  type ManifestItem,
  manifestFolder,
  readItemFiles,
} from '@sts-net/datasets';
import { evenly } from '@sts-net/experiment/batches';
import { type CaseFacts, caseFacts } from './case-facts.ts';

/** What a data set looks like, as far as a plan needs it. Nothing of its test split. */
export interface Fingerprint {
  /** Cases that are not for the test. */
  readonly cases: number;
  /** Their groups. */
  readonly groups: number;
  /** Whether the manifest says which split its items belong to. */
  readonly split: boolean;
  /** Whether it says which ones validate. */
  readonly validation: boolean;
  /** Names of the channels; one without a name is null. */
  readonly channels: readonly (string | null)[];
  /** What was read: all of these cases, or some of them, evenly spaced. */
  readonly looked: readonly CaseFacts[];
}

export interface FingerprintOptions {
  /** The most cases that are read. @default 100 */
  readonly most?: number;
  /** Called before each case is read, with the number of those before and of all that are. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between cases: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Looks at the images and masks of a data set: the training and validation items with a mask, or all if
 * there are no splits.
 *
 * @throws RangeError if there is none; Error naming the file that cannot be read
 */
export async function fingerprint(
  path: string,
  { most = 100, onProgress, signal }: FingerprintOptions = {},
): Promise<Fingerprint> {
  const folder = await manifestFolder(path);
  const all = await loadManifest(path);
  const items = all.filter(({ split, mask }) => split !== 'test' && mask !== null);
  if (items.length === 0) {
    throw new RangeError(
      `'${path}': at least one item must have a mask and not be for the test, got none of ${all.length}; a network is trained on images with masks`,
    );
  }
  const looked: CaseFacts[] = [];
  const chosen = evenly(items, most);
  for (const item of chosen) {
    signal?.throwIfAborted();
    onProgress?.(item.id, looked.length, chosen.length);
    looked.push(await factsOf(item, folder));
  }
  const channels = items.map(({ image }) => channelNamesOf(image) ?? [null]);
  return {
    cases: items.length,
    groups: new Set(items.map(({ group }) => group)).size,
    split: items.some(({ split }) => split !== undefined),
    validation: items.some(({ split }) => split === 'validation'),
    channels: [...new Set(channels.flat())],
    looked,
  };
}

async function factsOf(item: ManifestItem, folder: string): Promise<CaseFacts> {
  const { image, labels } = await readItemFiles(item, folder);
  return caseFacts({ item, image, labels, flat: isFlatItem(item, image) });
}
