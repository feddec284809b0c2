// A grid as a Slurm array on this machine, disturbed as clusters do it: tasks get signals before their time
// is up, are requeued, cancelled, and killed with SIGKILL. At the end every run is done once, and the report is
// that of a grid that ran undisturbed on this machine alone.
//
//   npm run build && node tools/grid/slurm-lane.mjs [RUNS [DISTURBANCES]]
//
// 24 runs and 12 disturbances by default. Slurm is installed from Debian where that is possible (root and
// apt-get); where it is not, the lane says so and ends well. Prints the seed of what it does;
// STS_NET_KILL_SEED sets it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../lanes/seeded-random.mjs';
import { writeGridBase } from './small-grid.mjs';

const [count = 24, disturbances = 12] = process.argv.slice(2).map(Number);
const command = new URL('../../packages/sts-net/dist/cli.js', import.meta.url).pathname;

const has = (program) => spawnSync('which', [program]).status === 0;
const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch'];
if (!programs.every(has) && process.getuid?.() === 0 && has('apt-get')) {
  const install = ['install', '--yes', '--no-install-recommends', 'slurm-wlm', 'munge'];
  spawnSync('apt-get', ['update'], { timeout: 120_000 });
  spawnSync('apt-get', install, { timeout: 300_000 });
}
const missing = programs.filter((program) => !has(program));
if (missing.length > 0 || process.getuid?.() !== 0) {
  const why = missing.length > 0 ? `${missing.join(', ')} cannot be had` : 'it needs root';
  console.log(`a grid on Slurm: skipped, ${why}`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'sts-net-slurm-'));
const at = (...names) => join(folder, ...names);
const random = seededRandom();
const daemons = [];

function fail(text) {
  console.error(`${text}; left in ${folder}`);
  stopAll();
  process.exit(1);
}

function stopAll() {
  for (const daemon of daemons) daemon.kill('SIGKILL');
}

const environment = { ...process.env, SLURM_CONF: at('slurm.conf') };
const run = (program, ...args) =>
  execFileSync(program, args, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const grid = (...args) => run(process.execPath, command, 'grid', ...args);

await startSlurm();
await writeGridBase(folder);
const seeds = Array.from({ length: count / 2 }, (_, i) => i);
const axes = { attention: ['none', 'esca'] };
writeFileSync(at('grid-file.json'), JSON.stringify({ base: 'config.json', axes, seeds }));
grid('plan', at('grid-file.json'), '--output', at('alone'));
cpSync(at('alone'), at('grid'), { recursive: true });

const script = at('grid', 'job.sbatch');
grid('slurm', at('grid'), '--processors', '1', '--command', `${process.execPath} ${command}`);
let left = disturbances;
const done = { signalled: 0, requeued: 0, cancelled: 0, killed: 0, submitted: 0 };
for (let attempt = 0; attempt < 5; attempt++) {
  run('sbatch', script);
  done.submitted++;
  while ((await tasks()).length > 0) {
    await setTimeout(200 + 800 * random());
    const running = (await tasks()).filter(({ state }) => state === 'RUNNING');
    if (left === 0 || running.length === 0) continue;
    const what = disturb(running[Math.floor(random() * running.length)].id);
    if (what === undefined) continue;
    done[what]++;
    left--;
  }
  if (undone() === 0) break;
}
if (undone() > 0) fail(`${undone()} runs are not done: ${grid('status', at('grid'))}`);
console.log(
  `on Slurm: ${Object.entries(done)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ')}`,
);

const alone = spawnSync(process.execPath, [command, 'grid', 'run', at('alone'), '--local', '2'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (alone.status !== 0) fail(`undisturbed: exit code ${alone.status}`);
const reports = ['grid', 'alone'].map((name) => {
  for (const id of readdirSync(at(name, 'runs'))) setSeconds(at(name, 'runs', id, 'result.json'));
  grid('merge', at(name), '--resamples', '200');
  return ['report.csv', 'report.md', 'report.html'].map((file) =>
    readFileSync(at(name, file), 'utf8'),
  );
});
if (JSON.stringify(reports[0]) !== JSON.stringify(reports[1])) fail('the reports differ');
console.log(`${count} runs done once, the report is that of the undisturbed grid`);
stopAll();
rmSync(folder, { recursive: true });

function undone() {
  const [, all, ready] = /(\d+) runs?: (\d+) done/.exec(grid('status', at('grid')));
  return Number(all) - Number(ready);
}

/** Tasks of the array that are not over; those that wait stand in one line. */
async function tasks() {
  const lines = run('squeue', '--noheader', '--format=%i %T').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [id, state] = line.trim().split(' ');
    return { id, state };
  });
}

/** @returns what became of a task; undefined where nothing did: it is over, or under way to be */
function disturb(id) {
  const ways = {
    signalled: ['scancel', '--batch', '--signal=USR2', id],
    requeued: ['scontrol', 'requeue', id],
    cancelled: ['scancel', id],
    killed: ['pkill', '-KILL', '--oldest', '-f', `grid run ${at('grid')}`],
  };
  const choice = random();
  const what =
    choice < 0.4 ? 'signalled' : choice < 0.6 ? 'requeued' : choice < 0.75 ? 'cancelled' : 'killed';
  const [program, ...args] = ways[what];
  return spawnSync(program, args, { env: environment }).status === 0 ? what : undefined;
}

/** The time that a run took is no part of what is compared. */
function setSeconds(path) {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), seconds: 1 }));
}

async function startSlurm() {
  for (const name of ['state', 'spool', 'log', 'run']) mkdirSync(at(name));
  for (const name of ['/run/munge', '/var/log/munge', '/var/lib/munge']) {
    mkdirSync(name, { recursive: true });
    execFileSync('chown', ['munge:munge', name]);
  }
  if (spawnSync('munge', ['--no-input']).status !== 0) {
    spawnSync('runuser', ['-u', 'munge', '--', 'munged', '--force']);
    await until('munge', () => spawnSync('munge', ['--no-input']).status === 0);
  }
  const host = hostname().split('.')[0];
  // A task that is queued again waits until its credential has expired: five seconds are the least.
  writeFileSync(
    at('slurm.conf'),
    `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldLogFile=${at('log', 'ctld.log')}
SlurmdLogFile=${at('log', 'd.log')}
SlurmctldPidFile=${at('run', 'ctld.pid')}
SlurmdPidFile=${at('run', 'd.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
JobRequeue=1
KillWait=30
SlurmctldPort=16817
SlurmdPort=16818
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  );
  for (const program of ['slurmctld', 'slurmd']) {
    const daemon = spawn(program, ['-D', '-f', at('slurm.conf')], {
      env: environment,
      stdio: 'ignore',
    });
    daemons.push(daemon);
  }
  process.on('exit', stopAll);
  await until('Slurm', () => {
    const { stdout } = spawnSync('sinfo', ['--noheader', '--format=%T'], {
      env: environment,
      encoding: 'utf8',
    });
    return stdout.trim() === 'idle';
  });
}

async function until(what, isThere) {
  for (let i = 0; i < 60; i++) {
    if (isThere()) return;
    await setTimeout(1000);
  }
  fail(`${what} does not start`);
}
