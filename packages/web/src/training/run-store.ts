import { type ModelCache, usualCache } from '../cache/model-cache.ts';
import type { KeptFile } from './train-job.ts';

/** Where trainings are kept, by their names. */
export interface RunStore {
  readonly name: string;
  read(run: string, file: KeptFile): Promise<Blob | undefined>;
  write(run: string, file: KeptFile, content: Blob): Promise<void>;
  remove(run: string): Promise<void>;
}

/** What is kept of trainings: in this browser, or by something of the caller's own. */
export type Checkpoints = 'auto' | ModelCache;

/** Of pages that may store nothing. */
const inMemory = new Map<string, Blob>();

const memory: ModelCache = {
  name: 'memory',
  read: async (key) => inMemory.get(key),
  async write(key, content) {
    inMemory.set(key, content);
  },
  async remove(key) {
    inMemory.delete(key);
  },
};

/** The page's own files (OPFS), else its Cache API, else its memory, which a reload loses. */
export async function runStore(checkpoints: Checkpoints): Promise<RunStore> {
  const place =
    checkpoints === 'auto' ? ((await usualCache('sts-net-runs')) ?? memory) : checkpoints;
  return {
    name: place.name,
    read: (run, file) => place.read(keyOf(run, file)),
    async write(run, file, content) {
      try {
        await place.write(keyOf(run, file), content);
      } catch (cause) {
        throw new Error(
          `\`trainInWorker\`: the checkpoint of '${run}', ${content.size} bytes, cannot be written to ${place.name}: ${(cause as Error).message}; what was saved before stays; free some of the page's storage (\`removeTraining\`) and \`resume\``,
          { cause },
        );
      }
    },
    async remove(run) {
      await place.remove(keyOf(run, 'last'));
      await place.remove(keyOf(run, 'best'));
    },
  };
}

/** @throws RangeError for a name that cannot be one of a file */
function keyOf(run: string, file: KeptFile): string {
  if (typeof run === 'string' && /^[\w.-]{1,100}$/.test(run)) return `${run}/${file}`;
  throw new RangeError(
    `\`run\` must be a name of up to 100 letters, digits, dots, hyphens and underscores, got ${JSON.stringify(run)}`,
  );
}
