import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Case, channelNamesOf, filesOf } from '@sts-net/datasets';
import { fileDigest, fileError } from '@sts-net/datasets/files';
import type { KeptCases, StoredCase } from '@sts-net/experiment/batches';
import type { DataConfig } from '../config/data-schema.ts';
import { CacheFolder } from './cache-folder.ts';
import { decodeCase, encodeCase } from './stored-case.ts';

/** Another number wherever a case is read or preprocessed to other numbers, or stored in another way. */
const format = 'sts-net case 2';

/** The most bytes that Node reads from a file at once. */
const mostBytes = 2 ** 31 - 1;

/** Where cases are kept on disk, and how much of them. */
export interface CaseCacheConfig {
  /** Made where it does not exist; may be shared by runs and processes. */
  readonly folder: string;
  /** The most that it may hold, in GiB. @default 10 */
  readonly gigabytes?: number;
}

export interface CaseCacheOptions {
  /** SHA-256 of files that are known already, by their absolute path. @default found when asked for */
  readonly digests?: ReadonlyMap<string, string>;
  /** Told once what keeps cases from being kept, and once that a file was damaged. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /** Whether cases that are not there yet are kept. @default true */
  readonly writes?: boolean;
}

/** Where a config keeps its cases, if anywhere. */
export function cacheOfConfig(
  { cache, cacheGigabytes }: Pick<DataConfig, 'cache' | 'cacheGigabytes'>,
  baseFolder: string,
): Required<CaseCacheConfig> | undefined {
  if (cache === undefined) return undefined;
  return { folder: resolve(baseFolder, cache), gigabytes: cacheGigabytes };
}

/** The place of one case in the cache. */
interface CacheEntry {
  /** Undefined where it is not there, or damaged. */
  read(): Promise<StoredCase | undefined>;
  /** Keeps it, unless one of its files was changed since; never fails. */
  write(made: StoredCase): Promise<void>;
}

/**
 * Cases on disk as preprocessing leaves them, by the content of their files and the preprocessing: one
 * file each, which appears when it is complete, so that any number of processes may write there. What
 * was not used for longest goes first; a disk that is full or read-only is said once and done without.
 */
export class CaseCache implements KeptCases {
  readonly #folder: CacheFolder;
  readonly #config: Required<CaseCacheConfig>;
  readonly #digests: Map<string, string>;
  readonly #warn: (text: string) => void;
  /** Writing goes one after the other, so that the room for each is known. */
  #writing: Promise<void> = Promise.resolve();
  #isWritable: boolean;
  #saidDamaged = false;

  constructor(
    { folder, gigabytes = 10 }: CaseCacheConfig,
    { digests = new Map(), onWarning, writes = true }: CaseCacheOptions = {},
  ) {
    this.#config = { folder: resolve(folder), gigabytes };
    this.#folder = new CacheFolder(this.#config.folder, gigabytes * 2 ** 30);
    this.#isWritable = writes;
    this.#digests = new Map(digests);
    this.#warn = onWarning ?? (() => undefined);
  }

  /** What another thread opens it with, to read what is there by now. */
  get forReading(): Required<CaseCacheConfig> & Required<Pick<CaseCacheOptions, 'digests'>> {
    return { ...this.#config, digests: this.#digests };
  }

  /**
   * @param settings whatever else what becomes of the files depends on, as JSON
   * @returns undefined for a case with a file that does not hold all there is
   */
  async entry(one: Case, settings: unknown): Promise<CacheEntry | undefined> {
    const paths = [...filesOf(one.image), one.mask];
    if (!paths.every(isWhole)) return undefined;
    const digests = await Promise.all(paths.map((path) => this.#digestOf(path)));
    const kinds = paths.map((path) => extname(path).toLowerCase());
    const key = createHash('sha256')
      .update(JSON.stringify([format, digests, kinds, settings, channelNamesOf(one.image)]))
      .digest('hex');
    const areSame = async () => {
      const now = await Promise.all(paths.map(fileDigest));
      return now.every((digest, i) => digest === digests[i]);
    };
    return {
      read: () => this.#read(key),
      write: (made) => {
        this.#writing = this.#writing.then(() => this.#write(key, made, areSame));
        return this.#writing;
      },
    };
  }

  async #digestOf(path: string): Promise<string> {
    const digest = this.#digests.get(path) ?? (await fileDigest(path));
    this.#digests.set(path, digest);
    return digest;
  }

  async #read(key: string): Promise<StoredCase | undefined> {
    const path = this.#folder.pathOf(key);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const found = decodeCase(bytes);
    if (found === undefined) {
      if (!this.#saidDamaged) this.#warn(`'${path}' was damaged; the case is read anew`);
      this.#saidDamaged = true;
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
    this.#folder.use(key);
    const now = new Date();
    // That of a folder that cannot be written to stays.
    await utimes(path, now, now).catch(() => undefined);
    return found;
  }

  async #write(key: string, made: StoredCase, areSame: () => Promise<boolean>): Promise<void> {
    if (!this.#isWritable) return;
    const { path } = this.#folder;
    try {
      const bytes = encodeCase(made);
      if (bytes.length > mostBytes || !(await areSame())) return;
      await mkdir(path, { recursive: true });
      if (!(await this.#folder.makeRoom(bytes.length))) {
        this.#stop(
          `'${path}' must hold all cases that are in use to spare reading them anew, but is full; raise \`data.cacheGigabytes\``,
        );
        return;
      }
      await writeWhole(this.#folder.temporary(key, randomUUID()), this.#folder.pathOf(key), bytes);
      this.#folder.use(key);
    } catch (cause) {
      const { message } = fileError(path, 'write', cause);
      this.#stop(`${message}; until then cases that are not kept there are read anew each time`);
    }
  }

  #stop(text: string): void {
    this.#isWritable = false;
    this.#warn(text);
  }
}

/** No need to flush: what a power failure leaves is told by its checksum. */
async function writeWhole(temporary: string, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Whether the file's digest tells all: headers may have their voxels in other files. */
function isWhole(path: string): boolean {
  return /\.(png|jpe?g|tiff?|nii|nii\.gz|dcm)$/i.test(path);
}
