import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { consensuses } from '../consensus/consensus.ts';
import { fileError } from '../files/file-error.ts';
import { checkMap, type LabelMap } from '../images/label-map.ts';
import {
  type DatasetItem,
  type DatasetOptions,
  type DatasetSpec,
  type Skipped,
  sourcesOf,
} from '../kinds/dataset-spec.ts';
import { checkChannelNames } from '../manifest/image-files.ts';
import { manifestText } from '../manifest/write-manifest.ts';
import { ItemCollection, type PreparedDataset, type SelectionOptions } from './item-collection.ts';
import { type ItemFacts, itemOf, leftOut } from './item-facts.ts';
import { KeptItems } from './kept-items.ts';
import { type ReadItemOptions, readItem } from './read-item.ts';
import { writeMade } from './write-made.ts';

export interface PrepareOptions extends DatasetOptions, SelectionOptions {
  /**
   * What numbers of masks become, such as `{ 2: 1, 4: 2 }`; those that it does not name stay. Whole
   * numbers from 0, of any size, become labels from 0 to 254. @default all stay
   */
  readonly map?: LabelMap | undefined;
  /**
   * Number in masks, also a negative one, of voxels on which nothing counts; looked at before `map`.
   * @default what the data set says
   */
  readonly ignore?: number | undefined;
  /** Brings masks of 2-D images to the size of their image. @default false */
  readonly stretchMasks?: boolean | undefined;
  /** Called before each item is read, with the number of those before and of all that are listed. */
  readonly onProgress?: ((id: string, done: number, total: number) => void) | undefined;
  /**
   * Called with a sentence for each thing that is odd about a file but no error, such as outlines
   * beyond the image.
   * @default nothing is said
   */
  readonly onWarning?: ((message: string) => void) | undefined;
  /**
   * Stops between items: the call then throws the signal's reason. What was found by then is kept in a hidden
   * folder beside the output, and the same call goes on from there.
   */
  readonly signal?: AbortSignal | undefined;
}

/** How many of the files that give no item an error names. */
const shownReasons = 3;

/**
 * Lists a data set in `manifest.jsonl` of a new folder, and writes beside it what no file of the data
 * set holds: masks that were drawn, agreed on or mapped, and volumes of DICOM series. Other files stay where they are and
 * are named by their path from the new folder. One item is in memory at a time. What cannot be read is
 * skipped, with the reason. The folder appears when all is done; after a call that was stopped or killed, the same
 * call reads again only what has changed since, and what no single file holds (DICOM, drawings).
 *
 * @throws Error if the folder holds no such data set, or the output cannot be written.
 */
export async function prepareDataset(
  spec: DatasetSpec,
  folder: string,
  output: string,
  options: PrepareOptions = {},
): Promise<PreparedDataset> {
  checkOptions(spec, options);
  checkMap(options.map ?? {});
  const { stretchMasks: stretch = false, consensus = 'union', map, ignore } = options;
  const { maxShare, skipEmpty } = options;
  const root = await realFolder(folder);
  const isNamed = typeof consensus !== 'function';
  const kept = await KeptItems.open(
    output,
    isNamed ? { stretch, consensus, map, ignore, maxShare, skipEmpty } : undefined,
  );
  try {
    const reading = {
      stretch,
      map,
      ignore,
      consensus: isNamed ? consensuses[consensus] : consensus,
    };
    const prepared = await prepareInto(kept, spec, root, output, reading, options);
    const { items, skipped } = prepared;
    if (items.length === 0) throw nothingFound(folder, spec, prepared);
    if (prepared.withoutMask === items.length + prepared.empty + prepared.large) {
      throw new UnusableError(
        `'${folder}': at least one image must have a mask, but of ${items.length} none has; are the masks there, and so called?`,
      );
    }
    await kept.finish({
      'manifest.jsonl': manifestText(items),
      'skipped.jsonl': skipped.map((one) => `${JSON.stringify(one)}\n`).join(''),
    });
    return prepared;
  } catch (error) {
    await kept.close(error instanceof UnusableError);
    throw error;
  }
}

/** There is nothing that going on could make a data set of. */
class UnusableError extends RangeError {}

/** What the items become; what must be written for them is. */
async function prepareInto(
  kept: KeptItems,
  spec: DatasetSpec,
  root: string,
  output: string,
  reading: Omit<ReadItemOptions, 'onWarning'>,
  options: PrepareOptions,
): Promise<PreparedDataset> {
  const { withoutMask = 'skip', signal, onProgress, onWarning } = options;
  const home = join(await realFolder(dirname(kept.folder)), basename(resolve(output)));
  // Files are named by their path inside the data set.
  const inside = (text: string) => text.replaceAll(`${root}${sep}`, '');
  const collected = new ItemCollection(options);
  const listed: (DatasetItem | Skipped)[] = [];
  for await (const one of spec.list(root, options)) {
    signal?.throwIfAborted();
    listed.push(one);
  }
  const total = listed.filter((one) => !('skipped' in one)).length;
  let done = -1;
  for (const one of listed) {
    signal?.throwIfAborted();
    if ('skipped' in one) {
      const name = relative(root, one.skipped) || '.';
      collected.skip(name, inside(one.reason).replace(`${name}: `, ''));
      continue;
    }
    done++;
    if (collected.has(one.id)) {
      collected.skip(one.id, 'there is another image of this name');
      continue;
    }
    if (typeof one.mask !== 'function' && one.mask.length === 0 && withoutMask === 'skip') {
      collected.skip(relative(root, sourcesOf(one.image)[0] as string), 'there is no mask of it');
      continue;
    }
    checkChannelNames(one.image, `'${one.id}'`);
    const known = await kept.find(one);
    if (known !== undefined) {
      for (const message of known.warnings) onWarning?.(message);
      collected.add(known.facts);
      continue;
    }
    onProgress?.(one.id, done, total);
    const warnings: string[] = [];
    const warn = (message: string): void => {
      warnings.push(inside(message));
      onWarning?.(inside(message));
    };
    const read = await readItem(one, { ...reading, onWarning: warn }).catch((error: Error) => {
      collected.skip(one.id, inside(error.message));
    });
    if (read === undefined) continue;
    const { masks, area } = read;
    const seen = { masks, area, pixels: read.labels.data.length };
    const facts: ItemFacts =
      leftOut(seen, options) === undefined
        ? { ...seen, item: await itemOf(one, read, await writeMade(kept.folder, home, one, read)) }
        : seen;
    await kept.keep(one, { facts, warnings });
    collected.add(facts);
  }
  return collected.result();
}

const optionNames = [
  'image',
  'mask',
  'withoutMask',
  'consensus',
  'patient',
  'target',
  'channel',
  'fold',
  'readers',
] as const satisfies readonly (keyof DatasetOptions)[];

function checkOptions(spec: DatasetSpec, options: DatasetOptions): void {
  for (const name of optionNames) {
    if (options[name] === undefined || spec.options.includes(name)) continue;
    throw new RangeError(
      `\`${name}\` means nothing for this kind of data set; it takes ${spec.options.map((one) => `\`${one}\``).join(', ') || 'none'}`,
    );
  }
}

async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(resolve(path));
  } catch (cause) {
    throw fileError(path, 'read the folder', cause);
  }
}

function nothingFound(
  folder: string,
  { layout }: DatasetSpec,
  { skipped, empty, large }: PreparedDataset,
): Error {
  const reasons = skipped.slice(0, shownReasons).map((one) => `'${one.skipped}': ${one.reason}`);
  const more = skipped.length - reasons.length;
  const found =
    reasons.length === 0
      ? `found ${empty + large === 0 ? 'none' : `only ${empty} without a target and ${large} with a large one, which the options leave out`}`
      : `found none that can be used; ${reasons.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  return new UnusableError(`'${folder}' must hold ${layout}; ${found}`);
}
