// Kills a tiny training again and again at random moments (SIGKILL), goes on with it each time, and
// compares what it ends with to the same training left alone: weights, optimiser, average and log, bit
// by bit, and what is known of false alarms. With slices on either side as channels, an average of the
// weights, batches in parts, online amplification and hard negatives.
//
//   npm run build && node tools/training/kill-lane.mjs [KILLS]
//
// KILLS is 100 by default. Prints the seed of the moments; STS_NET_KILL_SEED sets it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { createVolume, writeVolume } from '../../packages/volume-io/dist/index.js';
import { seededRandom } from '../lanes/seeded-random.mjs';

const kills = Number(process.argv[2] ?? 100);
const random = seededRandom();

const folder = mkdtempSync(join(tmpdir(), 'sts-net-kills-'));
const command = new URL('../../packages/sts-net/dist/cli.js', import.meta.url).pathname;

const shape = [6, 32, 32];
for (const [i, id] of ['a', 'b', 'c'].entries()) {
  const size = shape.reduce((a, b) => a * b);
  const image = Float32Array.from({ length: size }, (_, at) => 100 + ((at * 7919) % 23));
  const mask = new Uint8Array(size);
  for (const slice of [2, 3]) {
    for (let row = 8; row < 11 + i; row++) {
      for (let column = 6 + i; column < 10; column++) {
        const at = (slice * 32 + row) * 32 + column;
        image[at] = 200;
        mask[at] = 1;
      }
    }
  }
  const volume = (data) => createVolume(ndarray(data, shape), { spacing: [3, 1, 1] });
  await writeVolume(join(folder, `${id}_image.nii.gz`), volume(image));
  await writeVolume(join(folder, `${id}_mask.nii.gz`), volume(mask));
}

function configFile(output) {
  const config = {
    seed: 7,
    backend: 'wasm',
    model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
    data: {
      cases: { folder: '.', image: '{id}_image.nii.gz', mask: '{id}_mask.nii.gz' },
      split: { validation: ['c'] },
    },
    preprocessing: { context: 1 },
    amplification: { method: 'none', online: [{ name: 'flip', probability: 0.5 }] },
    training: {
      steps: 24,
      batchSize: 2,
      accumulate: 2,
      average: { decay: 0.9 },
      patch: { size: 32, lesionShare: 0.5 },
      sampler: { name: 'hard-negatives', slices: 5 },
      loss: 'dice-cross-entropy',
      optimizer: { name: 'adamw', learningRate: 0.002 },
      schedule: { name: 'cosine', per: 'step' },
      validation: { every: 4 },
      saveEvery: 2,
    },
    output,
  };
  const path = join(folder, `${output}.json`);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Runs until it ends or is killed; whether it ended well. */
function train(path, killAfter) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, 'train', path, '--resume'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const timer =
      killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the training ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** What a run leaves; headers and times, which differ, taken out. */
function outcome(output) {
  const parts = (name) => {
    const bytes = readFileSync(join(folder, output, `${name}.safetensors`));
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const { falseAlarms } = JSON.parse(bytes.subarray(8, start)).__metadata__;
    return { falseAlarms, weights: bytes.subarray(start).toString('base64') };
  };
  const log = readFileSync(join(folder, output, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => ['step', 'look', 'validation'].includes(event))
    .map(({ time: _, ...event }) => JSON.stringify(event));
  const { falseAlarms, weights } = parts('last');
  return { last: weights, falseAlarms, best: parts('best').weights, log: log.join('\n') };
}

const start = performance.now();
await train(configFile('alone'));
const usual = performance.now() - start;
const expected = outcome('alone');
let killed = 0;
let round = 0;
while (killed < kills) {
  const output = `round-${++round}`;
  const path = configFile(output);
  for (;;) {
    // From the first files that are opened to well after some steps.
    const ended = await train(path, killed < kills ? random() * usual : undefined);
    if (ended) break;
    killed++;
  }
  const actual = outcome(output);
  for (const part of ['log', 'best', 'falseAlarms', 'last']) {
    if (actual[part] === expected[part]) continue;
    console.log(
      `round ${round}: \`${part}\` differs from that of the run left alone; see ${folder}`,
    );
    process.exit(1);
  }
  rmSync(join(folder, output), { recursive: true });
  console.log(`round ${round}: the same bits, ${killed} kills so far`);
}
rmSync(folder, { recursive: true });
