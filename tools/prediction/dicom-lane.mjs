// A clinic's router in small: a real DICOM receiver (storescp of dcmtk) puts what real senders (dcmsend) send
// it into a folder, `sts-net serve --watch` predicts it, is killed again and again at random moments and
// started anew. In the end there is one SEG of each series, the same bytes that `predict --folder` writes; what
// is no series is a failure; dciodvfy (of dicom3tools, if installed) finds no error; and no file that is left, and nothing that was printed, names a patient.
//
//   npm run build && node tools/prediction/dicom-lane.mjs [SERIES [KILLS]]
//
// 30 series and 6 kills by default. Where dcmtk cannot be had, files are moved into the folder instead, and the lane
// says so. Prints the seed of the moments; STS_NET_KILL_SEED sets it.
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readDicomInfo } from '../../packages/volume-io/dist/index.js';
import { seededRandom } from '../lanes/seeded-random.mjs';
import { writeSmallConfig } from '../lanes/small-run.mjs';

const [count = 30, kills = 6] = process.argv.slice(2).map(Number);
const random = seededRandom();
const folder = mkdtempSync(join(tmpdir(), 'sts-net-dicom-'));
const at = (...names) => join(folder, ...names);
const command = fileURLToPath(new URL('../../packages/sts-net/dist/cli.js', import.meta.url));
const fixtures = fileURLToPath(
  new URL('../../packages/volume-io/test/fixtures/conformance/dicom/', import.meta.url),
);
const children = [];

function fail(text) {
  for (const child of children) child.kill('SIGKILL');
  console.error(`${text}\nleft in ${folder}`);
  process.exit(1);
}

/** Whether dcmtk is there, or can be installed. */
function hasDcmtk() {
  const isThere = () => spawnSync('storescp', ['--version']).status === 0;
  if (isThere()) return true;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    const install = 'apt-get update && apt-get install --yes --no-install-recommends dcmtk';
    spawnSync('timeout', ['300', 'sh', '-c', install]);
  }
  return isThere();
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Copies of two small series, each with UIDs of its own. @returns the files of each */
async function makeSeries() {
  const sources = ['rt-utils/oriented_data', 'dcmqi/23x38x3/image'].map((name) =>
    join(fixtures, name),
  );
  const made = [];
  for (let i = 0; i < count; i++) {
    const source = sources[i % sources.length];
    const own = at('sent', `s${i}`);
    mkdirSync(own, { recursive: true });
    const files = [];
    for (const name of readdirSync(source)) {
      const { seriesInstanceUid, sopInstanceUid } = await readDicomInfo(join(source, name));
      let text = readFileSync(join(source, name), 'latin1');
      for (const uid of [seriesInstanceUid, sopInstanceUid]) {
        text = text.replaceAll(uid, `${uid.slice(0, -4)}${1000 + i}`);
      }
      writeFileSync(join(own, name), text, 'latin1');
      files.push(join(own, name));
    }
    made.push(files);
  }
  return made;
}

/** Starts the receiver. @returns what sends it files */
async function receiver() {
  if (!hasDcmtk()) {
    console.log(
      'skipped: storescp and dcmsend (Debian: apt install dcmtk); files are moved in place of them',
    );
    return async (files) => {
      for (const file of files) {
        const name = (await readDicomInfo(file)).sopInstanceUid;
        copyFileSync(file, at(name));
        renameSync(at(name), at('in', name));
      }
    };
  }
  const port = String(await freePort());
  children.push(spawn('storescp', [port, '--output-directory', at('in')], { stdio: 'ignore' }));
  while (spawnSync('echoscu', ['127.0.0.1', port]).status !== 0) await sleep(100);
  return async (files) => {
    const { status, stderr } = spawnSync('dcmsend', ['127.0.0.1', port, ...files], {
      encoding: 'utf8',
    });
    if (status !== 0) fail(`dcmsend: ${stderr}`);
  };
}

let printed = '';
let url;
function serve() {
  const args = ['serve', at('run'), '--watch', at('in'), '--output', at('out')];
  const options = ['--format', 'seg', '--settle', '2', '--port', '0', '--backend', 'wasm'];
  const child = spawn(process.execPath, [command, ...args, ...options], { stdio: 'pipe' });
  children.push(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      printed += data;
      url = /listening on (\S+?),/.exec(data)?.[1] ?? url;
    });
  }
  const ended = new Promise((done) => child.on('close', done));
  return { child, ended };
}

function run(...args) {
  const { status, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  return { status, stderr };
}

for (const name of ['in', 'sent']) mkdirSync(at(name));
const code = (value, meaning) => ({ value, scheme: 'SCT', meaning });
const target = {
  name: 'infarct',
  type: code('55641003', 'Infarct'),
  region: code('12738006', 'Brain'),
  color: [213, 94, 0],
};
const trained = run('train', await writeSmallConfig(folder, { targets: [target] }));
if (trained.status !== 0) fail(trained.stderr);
const series = await makeSeries();
const send = await receiver();

// What a sender that broke off has left, and what is none of DICOM's.
writeFileSync(at('in', 'broken'), readFileSync(series[0][0]).subarray(0, 200));
writeFileSync(at('in', 'README'), 'not an image');

const results = () =>
  existsSync(at('out'))
    ? readdirSync(at('out')).filter((name) => /^series-.*\.json$/.test(name))
    : [];
async function resultsAre(number) {
  for (let second = 0; results().length < number; second++) {
    if (second > 120 + number) fail(`${results().length} of ${number} series were predicted`);
    if (served.child.exitCode !== null) fail(`serve ended:\n${printed}`);
    await sleep(1000);
  }
}
let served = serve();
// A slice that comes when its series was taken for whole: the series is predicted anew.
const [slow, ...quick] = series;
const [late, ...early] = slow;
await send(early);
await resultsAre(1);
await send([late]);
let left = kills;
for (const [i, files] of quick.entries()) {
  // Slices of two series come in turns.
  const [first, ...others] = files;
  await send([first]);
  await send([...others, ...(i + 1 < quick.length ? [quick[i + 1][0]] : [])]);
  await sleep(1000 * random());
  if (left > 0 && random() < (2 * kills) / count) {
    left--;
    served.child.kill('SIGKILL');
    await served.ended;
    served = serve();
  }
}
await resultsAre(count);
// It lasts until all is seen once more, and nothing is made again.
await sleep(4000);

const sent = await fetch(`${url}/health`);
if ((await sent.json()).status !== 'ok') fail('it is not well');
const form = new FormData();
for (const file of series[0]) form.append('file', new Blob([readFileSync(file)]), basename(file));
const answer = await fetch(`${url}/seg`, { method: 'POST', body: form });
const answered = Buffer.from(await answer.arrayBuffer());
served.child.kill('SIGTERM');
const exitCode = await served.ended;
if (exitCode !== 75) fail(`exit code ${exitCode} after SIGTERM:\n${printed}`);

rmSync(at('in', 'broken'));
const alone = run(
  ...['predict', '--folder', at('in'), '--model', at('run'), '--output', at('alone')],
  ...['--format', 'seg', '--backend', 'wasm'],
);
if (alone.status !== 0) fail(alone.stderr);
const segments = readdirSync(at('out')).filter((name) => name.endsWith('.dcm'));
if (segments.length !== count) fail(`${segments.length} SEGs of ${count} series`);
const expected = readdirSync(at('alone')).filter((name) => name.endsWith('.dcm'));
const canCheck = spawnSync('dciodvfy', ['-version']).error === undefined;
if (!canCheck) console.log('skipped: dciodvfy (Debian: apt install dicom3tools)');
let wasAnswered = false;
for (const name of segments) {
  const key = name.slice('series-'.length);
  const twin = expected.find((other) => other.endsWith(key));
  if (twin === undefined) fail(`${name} is of no series`);
  const bytes = readFileSync(at('out', name));
  if (!bytes.equals(readFileSync(at('alone', twin))))
    fail(`${name} differs from what predict writes`);
  wasAnswered ||= bytes.equals(answered);
  const said = ['sts-net mobilenet_v2 unet', 'infarct', 'Infarct', 'Brain'];
  const unsaid = said.find((text) => !bytes.includes(text));
  if (unsaid !== undefined) fail(`${name} does not say '${unsaid}'`);
  if (!canCheck) continue;
  const { stderr } = spawnSync('dciodvfy', [at('out', name)], { encoding: 'utf8' });
  if (/^Error/m.test(stderr)) fail(`${name}: dciodvfy: ${stderr}`);
}
if (!wasAnswered) fail('HTTP gives another SEG than the folder');

const texts = ['failures.jsonl', 'audit.jsonl', ...results()];
const written = texts.map((name) => readFileSync(at('out', name), 'utf8')).join('\n') + printed;
const failures = readFileSync(at('out', 'failures.jsonl'), 'utf8').trim().split('\n');
if (!failures.every((line) => JSON.parse(line).id.startsWith('dicom-'))) fail(failures.join('\n'));
for (const file of readdirSync(at('in'))) {
  if (file.length > 8 && written.includes(file)) fail(`'${file}' is in what is left or printed`);
}
for (const file of series.flat()) {
  const info = await readDicomInfo(file);
  const { patient, study } = info;
  const names = [info.seriesInstanceUid, info.sopInstanceUid, info.studyInstanceUid];
  for (const name of [...names, patient.name, patient.id, study.date]) {
    if (name.length > 3 && written.includes(name)) fail(`'${name}' is in what is left or printed`);
  }
}
const lines = readFileSync(at('out', 'audit.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const done = lines.filter(({ status }) => status === 'done').length;
const again = done - count - 1;
if (again < 1) fail('the late slice made no difference');
for (const child of children) child.kill('SIGKILL');
rmSync(folder, { recursive: true });
console.log(
  `${kills - left} kills; ${count} series, one SEG each, the same bytes as predict and as HTTP; ${again} were made again after late slices or kills; ${lines.length} audit lines`,
);
process.exit(0);
