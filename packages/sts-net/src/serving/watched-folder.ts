import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listFiles } from '@sts-net/datasets/files';
import { seriesFile } from '../prediction/dicom-series.ts';
import { idOf, isImageFile } from '../prediction/find-inputs.ts';

/** Files that make one image and have been quiet. */
export interface SettledInput {
  /** Of an image file its name; of a DICOM series `series-` and a digest of its UID. */
  readonly id: string;
  readonly paths: readonly string[];
  /** Tells the state of the files from any other: SHA-256 of their names, sizes and times. */
  readonly seal: string;
}

/** A file as it was last looked at. */
interface SeenFile {
  readonly size: number;
  readonly time: number;
  /** Which image it is of; undefined for what is none. */
  readonly id: string | undefined;
  /** Of a DICOM image, its `SOPInstanceUID`. */
  readonly instance?: string;
}

/** Names that programs write to before a file is whole. */
const unfinished = /(\.(tmp|temp|part|partial|filepart|crdownload)|~)$/i;

/**
 * The images in a folder, to which others send files at any time: volumes and pictures by their names, DICOM
 * images by their series, wherever their files lie. An image is given out when none of its files has changed
 * for a while, and again when one has.
 */
export class WatchedFolder {
  readonly #root: string;
  readonly #settle: number;
  #files = new Map<string, SeenFile>();
  #groups = new Map<string, { readonly seal: string; readonly since: number }>();
  readonly #given = new Map<string, string>();

  /** @param settle how long files must have been quiet, in ms */
  constructor(root: string, settle: number) {
    this.#root = root;
    this.#settle = settle;
  }

  /**
   * Looks at the folder.
   *
   * @param now of a clock that only goes forward, in ms; files' own times may be those of another machine
   * @returns what has settled and was not given out as it is now
   * @throws Error if the folder cannot be read
   */
  async look(now: number): Promise<readonly SettledInput[]> {
    this.#files = await this.#seenFiles();
    const groups = new Map<string, { readonly seal: string; readonly since: number }>();
    const settled: SettledInput[] = [];
    for (const [id, paths] of this.#grouped()) {
      const seal = this.#sealOf(paths);
      const before = this.#groups.get(id);
      const since = before?.seal === seal ? before.since : now;
      groups.set(id, { seal, since });
      if (now - since < this.#settle || this.#given.get(id) === seal) continue;
      this.#given.set(id, seal);
      settled.push({ id, paths: paths.map((path) => join(this.#root, path)), seal });
    }
    this.#groups = groups;
    return settled;
  }

  /** The files there are; those that have changed are looked into. */
  async #seenFiles(): Promise<Map<string, SeenFile>> {
    const files = new Map<string, SeenFile>();
    for (const path of await listFiles(this.#root)) {
      if (unfinished.test(path)) continue;
      // It may be gone by now.
      const found = await stat(join(this.#root, path)).catch(() => undefined);
      if (found === undefined) continue;
      const { size, mtimeMs: time } = found;
      const before = this.#files.get(path);
      const isSame = before?.size === size && before.time === time;
      files.set(path, isSame ? before : { size, time, ...(await this.#imageOf(path)) });
    }
    return files;
  }

  async #imageOf(path: string): Promise<Pick<SeenFile, 'id' | 'instance'>> {
    if (isImageFile(path)) return { id: idOf(path) };
    // It may be gone by now.
    const file = await seriesFile(join(this.#root, path)).catch(() => undefined);
    if (file === undefined) return { id: undefined };
    const { key, instance } = file;
    // What is damaged before it says of which series it is, is told by itself.
    return key === undefined
      ? { id: `dicom-${shortDigest(path)}` }
      : { id: `series-${key}`, instance };
  }

  /** Paths by image; with those of a header and its voxels under one name (`a.mhd`, `a.raw`) together. */
  #grouped(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    const repeated = this.#repeated();
    for (const [path, { id }] of this.#files) {
      if (id === undefined || repeated.has(path)) continue;
      const others = groups.get(id);
      if (others === undefined) groups.set(id, [path]);
      else others.push(path);
    }
    for (const [path, { id }] of this.#files) {
      if (id === undefined) groups.get(stemOf(path))?.push(path);
    }
    return groups;
  }

  /** Files whose image was sent again under another name; the newest counts. */
  #repeated(): ReadonlySet<string> {
    const newest = new Map<string, { readonly path: string; readonly time: number }>();
    const repeated = new Set<string>();
    for (const [path, { instance = '', time }] of this.#files) {
      if (instance === '') continue;
      const other = newest.get(instance);
      if (other !== undefined) repeated.add(other.time <= time ? other.path : path);
      if (other === undefined || other.time <= time) newest.set(instance, { path, time });
    }
    return repeated;
  }

  #sealOf(paths: readonly string[]): string {
    const facts = paths.toSorted().map((path) => {
      const { size, time } = this.#files.get(path)!;
      return [path, size, time];
    });
    return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  }
}

/** What a file with voxels is called whose header is an image. */
function stemOf(path: string): string {
  const folder = dirname(path);
  const name = path.slice(folder === '.' ? 0 : folder.length + 1).replace(/(\.[^.]+?)(\.gz)?$/, '');
  return idOf(folder === '.' ? name : `${folder}/${name}`);
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
