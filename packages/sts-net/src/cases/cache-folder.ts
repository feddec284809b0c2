import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Other files in the folder are left alone. */
const entryName = /^([0-9a-f]{64})\.case$/;
const temporaryName = /^\.[0-9a-f]{64}\.[0-9a-f-]{36}\.tmp$/;

/** How long nobody writes one file, in ms. */
const abandoned = 3600e3;

/**
 * A folder of files by their keys that is kept within a limit. Of several processes each may go beyond
 * it by a twentieth, since they look what is there only now and then.
 */
export class CacheFolder {
  readonly path: string;
  readonly #limit: number;
  /** What this process has read or written stays. */
  readonly #used = new Set<string>();
  /** Bytes written since the folder was looked at. */
  #written = Number.POSITIVE_INFINITY;

  /** @param limit bytes */
  constructor(path: string, limit: number) {
    this.path = path;
    this.#limit = limit;
  }

  pathOf(key: string): string {
    return join(this.path, `${key}.case`);
  }

  /** Where a file is written before it is complete. */
  temporary(key: string, writer: string): string {
    return join(this.path, `.${key}.${writer}.tmp`);
  }

  /** Keeps the file from being removed by this process. */
  use(key: string): void {
    this.#used.add(key);
  }

  /**
   * Removes what was not used for longest, so that a file of `size` bytes has room. What this process
   * uses is not removed: of more cases than fit, going round, each would be gone when its turn comes.
   *
   * @returns whether there is room
   */
  async makeRoom(size: number): Promise<boolean> {
    const slack = this.#limit / 20;
    this.#written += size;
    if (this.#written <= slack) return true;
    const files = await this.#files();
    let total = files.reduce((sum, file) => sum + file.size, size);
    for (const file of files) {
      if (total <= this.#limit - slack) break;
      if (this.#used.has(file.key)) continue;
      await rm(this.pathOf(file.key), { force: true });
      total -= file.size;
    }
    this.#written = 0;
    return total <= this.#limit - slack;
  }

  /** The least recently used first; what killed processes have left half written is removed. */
  async #files() {
    const files = [];
    for (const name of await readdir(this.path)) {
      const key = entryName.exec(name)?.[1];
      if (key === undefined && !temporaryName.test(name)) continue;
      const path = join(this.path, name);
      // Another process may have removed it.
      const facts = await stat(path).catch(() => undefined);
      if (facts === undefined) continue;
      const { size, mtimeMs } = facts;
      if (key !== undefined) files.push({ key, size, mtimeMs });
      else if (Date.now() - mtimeMs > abandoned) await rm(path, { force: true });
    }
    return files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  }
}
