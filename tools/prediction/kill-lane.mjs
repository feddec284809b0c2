// Predicts many small volumes by four processes that are killed again and again at random moments
// (SIGKILL) and started anew, two of them with the same part, and compares what is there at the end to what
// one process leaves that was left alone: every output once, byte by byte, and nothing half.
//
//   npm run build && node tools/prediction/kill-lane.mjs [VOLUMES [KILLS]]
//
// 2000 volumes and 40 kills by default. Prints the seed of the moments; STS_NET_KILL_SEED sets it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../lanes/seeded-random.mjs';
import { writeSmallConfig, writeSmallImage } from '../lanes/small-run.mjs';

const [volumes = 2000, kills = 40] = process.argv.slice(2).map(Number);
const random = seededRandom();

const folder = mkdtempSync(join(tmpdir(), 'sts-net-predictions-'));
const at = (...names) => join(folder, ...names);
const command = new URL('../../packages/sts-net/dist/cli.js', import.meta.url).pathname;

mkdirSync(at('images'));
const config = await writeSmallConfig(folder);
for (let i = 0; i < volumes; i++) {
  await writeSmallImage(at('images', `v${String(i).padStart(5, '0')}`), i);
}
// One that cannot be read does not stop the others.
writeFileSync(at('images', 'broken.nii.gz'), 'no volume');

/** Runs the command. @returns its exit code, null where it was killed */
function run(args, onStart = () => {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [command, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (data) => (text += data));
    onStart(child);
    child.on('close', (code) => done({ code, text }));
  });
}

function fail(text) {
  console.error(text);
  console.error(`left in ${folder}`);
  process.exit(1);
}

const trained = await run(['train', config]);
if (trained.code !== 0) fail(trained.text);
const predict = (output, ...more) => [
  ...['predict', '--folder', at('images'), '--model', at('run'), '--output', at(output)],
  ...['--backend', 'wasm', '--probabilities', ...more],
];
const alone = await run(predict('alone'));
if (alone.code !== 65) fail(`alone: exit code ${alone.code}: ${alone.text}`);

let left = kills;
// The last two have the same part.
const parts = ['0/3', '1/3', '2/3', '2/3'];
await Promise.all(
  parts.map(async (part) => {
    for (;;) {
      let timer;
      const { code, text } = await run(predict('killed', '--shard', part), (child) => {
        // Starting alone takes a second or more.
        const wait = 500 + 6000 * random();
        timer = setTimeout(() => {
          if (left <= 0) return;
          left--;
          child.kill('SIGKILL');
        }, wait);
      });
      clearTimeout(timer);
      if (code === 0 || code === 65) return;
      if (code !== null) fail(`part ${part}: exit code ${code}: ${text}`);
    }
  }),
);

const files = (name) =>
  readdirSync(at(name))
    // Whoever was killed has left lines of its own there.
    .filter((file) => !file.endsWith('.tmp') && file !== 'audit.jsonl')
    .sort();
const [expected, found] = [files('alone'), files('killed')];
const missing = expected.filter((file) => !found.includes(file));
const extra = found.filter((file) => !expected.includes(file));
if (missing.length > 0 || extra.length > 0) fail(`missing ${missing}; too many ${extra}`);
for (const file of expected) {
  const [one, other] = ['alone', 'killed'].map((name) => readFileSync(at(name, file)));
  if (!one.equals(other)) fail(`${file} differs`);
}
const leftovers = readdirSync(at('killed')).length - found.length;
console.log(
  `${kills - left} kills; ${expected.length} files of ${volumes} volumes are the same bytes; ${leftovers} temporary files were left by what was killed`,
);
rmSync(folder, { recursive: true });
