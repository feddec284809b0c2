import { createHash, randomUUID } from 'node:crypto';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError } from '../files/file-error.ts';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import { type DatasetItem, sourcesOf } from '../kinds/dataset-spec.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { ItemFacts } from './item-facts.ts';

/** What is kept of an item. */
interface KeptItem {
  readonly facts: ItemFacts;
  /** What was said of it. */
  readonly warnings: readonly string[];
}

interface Line extends KeptItem {
  readonly id: string;
  /** Digest of how the data set lists the item, and of its files' sizes and times. */
  readonly key: string;
}

/** The file of lines, in the folder that is being filled. */
const listName = '.items.jsonl';

/** Raised when items are read in another way, so that what was found before does not count. */
const form = 1;

/**
 * The folder of a data set while it is prepared, hidden beside where it is going to be, with a list of the items that
 * are done. Calls with the same options share it, one after the other; two at once find the same and the first
 * to finish has it.
 */
export class KeptItems {
  readonly folder: string;
  readonly #target: string;
  readonly #known: Map<string, Line>;
  /** Whether another call could go on here. */
  readonly #isFound: boolean;

  private constructor(folder: string, target: string, known: readonly Line[], isFound: boolean) {
    this.folder = folder;
    this.#target = target;
    this.#known = new Map(known.map((line) => [line.id, line]));
    this.#isFound = isFound;
  }

  /**
   * Makes the folder, or opens that of a call before.
   *
   * @param options by which items become what is kept; undefined where they cannot be compared
   * @throws FileError if it cannot be made
   */
  static async open(output: string, options: object | undefined): Promise<KeptItems> {
    const target = resolve(output);
    const own = options === undefined ? randomUUID() : digest([form, options]);
    const folder = join(dirname(target), `.${basename(target)}.${own.slice(0, 16)}.part`);
    await mkdir(folder, { recursive: true }).catch((cause) => {
      throw fileError(output, 'make the folder', cause);
    });
    const known = await linesOf(join(folder, listName));
    return new KeptItems(folder, target, known, options !== undefined);
  }

  /** What is kept of an item whose files are as they were. */
  async find(item: DatasetItem): Promise<KeptItem | undefined> {
    const line = this.#known.get(item.id);
    if (line === undefined) return undefined;
    this.#known.delete(item.id);
    if (line.key === (await keyOf(item))) return line;
    await this.#removeMade(line);
    return undefined;
  }

  /** Keeps an item of which all is written; one that is not read from files is found anew by each call. */
  async keep(item: DatasetItem, kept: KeptItem): Promise<void> {
    const key = await keyOf(item);
    if (key === undefined || !this.#isFound) return;
    const line: Line = { id: item.id, key, ...kept };
    const path = join(this.folder, listName);
    await appendFile(path, `${JSON.stringify(line)}\n`).catch((cause) => {
      throw fileError(path, 'write', cause);
    });
  }

  /** Writes the last files, and gives the folder its name. */
  async finish(files: Readonly<Record<string, string>>): Promise<void> {
    // Of items that the data set has no more.
    for (const line of this.#known.values()) await this.#removeMade(line);
    try {
      for (const [name, text] of Object.entries(files))
        await writeFile(join(this.folder, name), text);
      await rm(join(this.folder, listName), { force: true });
      await rename(this.folder, this.#target);
    } catch (cause) {
      throw fileError(this.#target, 'make the folder', cause);
    }
    await removeOthers(this.#target);
  }

  /** After a failure: removes the folder, unless there is something in it to go on from. */
  async close(isUseless: boolean): Promise<void> {
    const isThere = await stat(join(this.folder, listName)).then(
      () => true,
      () => false,
    );
    if (!isUseless && isThere) return;
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Removes what was written for an item. */
  async #removeMade({ facts: { item } }: KeptItem): Promise<void> {
    if (item === undefined) return;
    const paths = [...filesOf(item.image), ...(item.mask === null ? [] : [item.mask])];
    for (const path of paths) {
      // Others are the data set's own.
      if (/^(images|masks)\//.test(path)) await rm(join(this.folder, path), { force: true });
    }
  }
}

/** Whole lines; what a kill cut off is cut off for good, so that lines can be added. */
async function linesOf(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').flatMap(parsed);
  if (whole !== text) await writeFileAtomic(path, whole);
  return lines;
}

function parsed(text: string): readonly Line[] {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    const isLine = typeof line?.id === 'string' && typeof line.facts === 'object';
    return isLine && Array.isArray(line.warnings) ? [line as Line] : [];
  } catch {
    return [];
  }
}

/** Undefined of an item that no single files hold. */
async function keyOf({ image, mask, ...item }: DatasetItem): Promise<string | undefined> {
  const sources = sourcesOf(image);
  if (typeof mask === 'function' || sources.some((one) => typeof one !== 'string'))
    return undefined;
  const files = [...(sources as readonly string[]), ...mask];
  const seen = await Promise.all(
    files.map((path) =>
      stat(path).then(
        ({ size, mtimeMs }) => [path, size, mtimeMs],
        () => [path],
      ),
    ),
  );
  return digest([item, image, seen]);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** What calls with other options left. */
async function removeOthers(target: string): Promise<void> {
  const beginning = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    if (!name.startsWith(beginning) || !/^[\da-f-]{16}\.part$/.test(name.slice(beginning.length)))
      continue;
    await rm(join(dirname(target), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
