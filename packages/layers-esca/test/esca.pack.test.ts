import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The package as its users get it: packed, installed from the tarball into an empty project that
// has TensorFlow.js and nothing else of this repository.

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Builds, trains, saves and loads a model with ESCA; the result says how it went. */
const program = `
import { esca } from '@sts-net/layers-esca';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';

export async function run(backend) {
  await tf.setBackend(backend);
  const image = tfl.input({ shape: [4, 4, 8] });
  const logits = tfl.layers.dense({ units: 2, name: 'head' })
    .apply(tfl.layers.globalAveragePooling2d({ name: 'pool' })
      .apply(esca({ name: 'esca', seed: 3 }).apply(image)));
  const model = tfl.model({ inputs: image, outputs: logits });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = tf.randomUniform([4, 4, 4, 8], 0, 1, 'float32', 1);
  const y = tf.tensor2d([[1, 0], [0, 1], [1, 1], [0, 0]]);
  const kernel = async () => [...(await model.getLayer('esca').getWeights()[0].data())];
  const before = await kernel();
  await model.fit(x, y, { epochs: 2, verbose: 0 });
  const after = await kernel();
  let artifacts;
  await model.save(tf.io.withSaveHandler(async (saved) => {
    artifacts = JSON.parse(JSON.stringify({ ...saved, weightData: undefined }));
    artifacts.weightData = saved.weightData;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }));
  const loaded = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  return {
    before,
    after,
    output: [...(await model.predict(x).data())],
    loadedOutput: [...(await loaded.predict(x).data())],
  };
}
`;

interface Outcome {
  before: number[];
  after: number[];
  output: number[];
  loadedOutput: number[];
}

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'layers-esca-'));
  const npm = (directory: string, ...args: string[]) =>
    execFileSync('npm', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
  execFileSync(join(packageDirectory, '../../node_modules/.bin/tsc'), ['--build'], {
    cwd: packageDirectory,
  });
  const [packed] = JSON.parse(
    npm(packageDirectory, 'pack', '--json', '--pack-destination', project),
  );
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  );
  npm(project, 'install', '--offline', '--legacy-peer-deps', `./${packed.filename}`);
  const core = require.resolve('@tensorflow/tfjs-core/package.json');
  symlinkSync(join(core, '../..'), join(project, 'node_modules/@tensorflow'));
  writeFileSync(join(project, 'program.js'), program);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function check({ before, after, output, loadedOutput }: Outcome) {
  expect(before).toHaveLength(3);
  expect(after).not.toEqual(before);
  expect([...before, ...after, ...output].every(Number.isFinite)).toBe(true);
  expect(loadedOutput).toEqual(output);
}

test('tarball: nothing of this repository comes along', () => {
  const installed = join(project, 'node_modules/@sts-net/layers-esca/package.json');
  const { dependencies } = JSON.parse(readFileSync(installed, 'utf8'));
  expect(dependencies).toBeUndefined();
});

test.each(['cpu', 'wasm'])('tarball: builds, trains, saves and loads in Node on %s', (backend) => {
  const script = `
import '@tensorflow/tfjs-backend-wasm';
import { run } from './program.js';
console.log('OUTCOME' + JSON.stringify(await run('${backend}')));
`;
  writeFileSync(join(project, 'main.js'), script);
  const printed = execFileSync('node', ['main.js'], { cwd: project, encoding: 'utf8' });
  check(JSON.parse(printed.slice(printed.indexOf('OUTCOME') + 'OUTCOME'.length)));
});

test('tarball: builds, trains, saves and loads in a browser bundle', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(project, 'program.js')],
    absWorkingDir: project,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    logLevel: 'silent',
  });
  // A global object with what browsers have, and neither `require` nor `process`.
  const page: Record<string, unknown> = { console, performance, setTimeout, clearTimeout };
  for (const name of ['TextEncoder', 'TextDecoder', 'URL', 'Blob', 'btoa', 'atob', 'fetch']) {
    page[name] = Reflect.get(globalThis, name);
  }
  page['window'] = page['self'] = page;
  page['document'] = {};
  page['navigator'] = { userAgent: '' };
  page['addEventListener'] = () => {};
  createContext(page);
  check(await runInContext(`${outputFiles[0]!.text}; bundle.run('cpu')`, page));
});
