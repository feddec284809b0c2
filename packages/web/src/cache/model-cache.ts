/** Where models are kept, so that they are there without a network. Contents by their keys. */
export interface ModelCache {
  /** What it is called in a model's `info`. */
  readonly name: string;
  /** Undefined where there is nothing under the key. */
  read(key: string): Promise<Blob | undefined>;
  write(key: string, content: Blob): Promise<void>;
  /** Nothing happens where there is nothing. */
  remove(key: string): Promise<void>;
}

/** Where models are: a folder of the page's own files, or a cache of its answers. */
const models = 'sts-net-models';

/**
 * The page's own file system (OPFS), else its Cache API; undefined where the browser lets pages have neither, as
 * those that come neither from https nor from localhost.
 *
 * @param place what it is called there
 */
export async function usualCache(place: string = models): Promise<ModelCache | undefined> {
  const { storage } = (globalThis.navigator ?? {}) as { readonly storage?: StorageManager };
  try {
    const root = await storage?.getDirectory?.();
    if (root !== undefined)
      return fileCache(await root.getDirectoryHandle(place, { create: true }));
  } catch {
    // Firefox has it not in private windows, and others not for pages from files.
  }
  try {
    if (globalThis.caches !== undefined)
      return answerCache(await globalThis.caches.open(place), place);
  } catch {
    // Refused, where the page may store nothing.
  }
  return undefined;
}

function fileCache(folder: FileSystemDirectoryHandle): ModelCache {
  return {
    name: 'OPFS',
    async read(key) {
      try {
        return await (await folder.getFileHandle(nameOf(key))).getFile();
      } catch (error) {
        if ((error as Error).name === 'NotFoundError') return undefined;
        throw error;
      }
    },
    async write(key, content) {
      const file = await folder.getFileHandle(nameOf(key), { create: true });
      // What is written takes the file's place when it is closed, as a whole.
      const writable = await file.createWritable();
      try {
        await writable.write(content);
      } catch (error) {
        await writable.abort().catch(() => {});
        // What was there before is still; what was not is an empty file.
        if ((await file.getFile()).size === 0) await this.remove(key);
        throw error;
      }
      await writable.close();
    },
    async remove(key) {
      await folder.removeEntry(nameOf(key)).catch(() => {});
    },
  };
}

function answerCache(cache: Cache, place: string): ModelCache {
  const addressOf = (key: string) => `/${place}/${nameOf(key)}`;
  return {
    name: 'Cache API',
    read: async (key) => (await cache.match(addressOf(key)))?.blob(),
    write: (key, content) => cache.put(addressOf(key), new Response(content)),
    async remove(key) {
      await cache.delete(addressOf(key));
    },
  };
}

/** Keys are digests, or addresses, which hold what names of files may not. */
function nameOf(key: string): string {
  return encodeURIComponent(key).replaceAll('%', '_').slice(-200);
}
