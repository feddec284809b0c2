// One job of a grid whose training sleeps: the scheduler's side of `sts-net grid run` without a network.
// Usage: node tools/grid/sleeping-job.mjs DIR INDEX [MILLISECONDS]; exit codes as of `sts-net grid run`.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openGrid } from '../../packages/sts-net/dist/grid/grid-folder.js';
import { runGrid } from '../../packages/sts-net/dist/grid/run-grid.js';
import { LockedError } from '../../packages/sts-net/dist/locks/folder-lock.js';
import { resultFor } from './sleeping-result.mjs';

const [folder, index, milliseconds = '200'] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort(new Error('stopped')));
const grid = await openGrid(folder);
try {
  await runGrid(
    grid,
    Number(index),
    async ({ seed }, { signal }) => {
      await setTimeout(Number(milliseconds), undefined, { signal });
      appendFileSync(join(folder, 'worked.txt'), `${index}\n`);
      return resultFor(Number(index), seed);
    },
    { signal: stop.signal },
  );
} catch (error) {
  if (!(error instanceof LockedError) && !stop.signal.aborted) throw error;
  process.exitCode = 75;
}
