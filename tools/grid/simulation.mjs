// Grids at the size of a cluster, with trainings that sleep: how long plan, status and merge take for many
// runs, and whether many processes at once that are killed at random lose or repeat a run.
//
//   npm run build && node tools/grid/simulation.mjs [RUNS [JOBS [AT_ONCE]]]
//
// 10000 runs, 1000 jobs and 200 at once by default. Prints the seed of the kills; STS_NET_KILL_SEED sets it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGrid } from '../../packages/sts-net/dist/grid/grid-folder.js';
import { gridPage } from '../../packages/sts-net/dist/grid/grid-page.js';
import { gridStatus } from '../../packages/sts-net/dist/grid/grid-status.js';
import { gridCsv, gridMarkdown } from '../../packages/sts-net/dist/grid/grid-tables.js';
import { mergeGrid } from '../../packages/sts-net/dist/grid/merge-grid.js';
import { planGrid } from '../../packages/sts-net/dist/grid/plan-grid.js';
import { runGrid } from '../../packages/sts-net/dist/grid/run-grid.js';
import { seededRandom } from '../lanes/seeded-random.mjs';
import { resultFor } from './sleeping-result.mjs';

const [runs = 10_000, jobs = 1000, atOnce = 200] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'sts-net-grid-'));
const at = (...names) => join(folder, ...names);
mkdirSync(at('data'));
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
for (const id of ids) writeFileSync(at('data', `${id}.nii.gz`), id);
const cases = ids.map((id) => ({ id, image: `data/${id}.nii.gz`, mask: `data/${id}.nii.gz` }));
const config = {
  model: { encoder: 'mobilenet_v2', decoder: 'unet' },
  data: { cases, split: { test: ['a', 'b', 'c', 'd'] } },
  training: { steps: 1, patch: { size: 32 } },
  output: 'run',
};
writeFileSync(at('config.json'), JSON.stringify(config));

function gridFile(name, count) {
  const seeds = Array.from({ length: Math.min(count, 100) }, (_, i) => i);
  const rates = Array.from({ length: Math.ceil(count / 100) }, (_, i) => (i + 1) / 1e4);
  const axes = { 'training.optimizer.learningRate': rates };
  writeFileSync(at(name), JSON.stringify({ base: 'config.json', axes, seeds }));
  return at(name);
}

async function timed(what, work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  console.log(`${what}: ${seconds.toFixed(1)} s of processor time`);
  return { result, seconds };
}

function fail(text) {
  console.error(`${text}; left in ${folder}`);
  process.exit(1);
}

const planned = await timed(`plan of ${runs} runs`, () =>
  planGrid(gridFile('large.json', runs), at('large')),
);
const large = planned.result;
for (const { index, seed } of large.runs) {
  if (index % 10 !== 0) await runGrid(large, index, async () => resultFor(index, seed));
}
const status = await timed('status', () => gridStatus(large));
const merged = await timed('merge', async () => {
  const grid = await openGrid(large.folder);
  const found = await mergeGrid(grid);
  return [gridCsv(found), gridMarkdown(found), gridPage(found)];
});
const done = large.runs.filter(({ index }) => index % 10 !== 0).length;
if (status.result.counts.done !== done)
  fail(`${status.result.counts.done} of ${done} runs are done`);
for (const { seconds } of [planned, status, merged]) {
  if (runs <= 10_000 && seconds > 10) fail('more than 10 s of processor time');
}

const random = seededRandom();
const small = await planGrid(gridFile('small.json', jobs), at('small'));
const job = fileURLToPath(new URL('sleeping-job.mjs', import.meta.url));
let killed = 0;
let again = 0;

/** Starts a job, and kills every third at a random moment. @returns its exit code, null where it was killed */
function start(index) {
  return new Promise((end) => {
    const child = spawn(process.execPath, [job, small.folder, String(index)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (random() < 1 / 3) {
      setTimeout(() => {
        if (child.exitCode === null && child.kill('SIGKILL')) killed++;
      }, 8000 * random());
    }
    child.on('close', (code) => end(code));
  });
}

// Each index stands in the queue once, and some twice, as schedulers start what they think is lost.
const queue = small.runs.flatMap(({ index }) => (random() < 0.1 ? [index, index] : [index]));
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      const code = await start(index);
      if (code === 0) continue;
      if (code !== null && code !== 75) fail(`run ${index} ended with ${code}`);
      again++;
      queue.push(index);
    }
  }),
);
const { counts } = await gridStatus(small);
if (counts.done !== jobs)
  fail(`${counts.done} of ${jobs} runs are done: ${JSON.stringify(counts)}`);
const found = await mergeGrid(small, [], { resamples: 100 });
if (found.missing.length > 0) fail(`missing: ${found.missing[0]}`);
for (const { index, id, seed } of small.runs) {
  const kept = JSON.parse(readFileSync(join(small.folder, 'runs', id, 'result.json'), 'utf8'));
  const wanted = JSON.parse(JSON.stringify(resultFor(index, seed)));
  if (JSON.stringify(kept.cases) !== JSON.stringify(wanted.cases))
    fail(`run ${index} holds another's result`);
}
// A run is done again only if it was killed between its work and its result.
const worked = readFileSync(at('small', 'worked.txt'), 'utf8').trim().split('\n').length;
if (worked > jobs + killed) fail(`${worked} trainings for ${jobs} runs and ${killed} kills`);
console.log(
  `${jobs} jobs, ${atOnce} at once: ${killed} killed, ${again} started again, ${worked} trainings ended, each run done once`,
);
rmSync(folder, { recursive: true });
