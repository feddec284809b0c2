// Checks packages as their users get them: packs each, looks at the tarball, installs it alone (with the packages
// it depends on) into a project where nothing but the registry can be reached, imports it in Node and, if it
// promises to run anywhere, bundles it for a browser and runs it without Node's globals.
// Prints the bundles' sizes. Usage: node tools/check/packed.mjs [package …]
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { checkTarball } from './tarball.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'packed-'));
const onlyRegistry = `--import=${pathToFileURL(here('only-registry.mjs'))}`;
const run = (program, args, cwd, env = {}) =>
  execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });

/** Need Node; all others run anywhere. Of `tfjs-backend-ort`, the entries `./onnx` and `./web` do. */
const nodeOnly = ['sts-net', '@sts-net/datasets', '@sts-net/tfjs-backend-ort'];

/** The TensorFlow.js that everything here is tested with. */
const tested = '4.22.0';

const manifests = new Map();
for (const folder of readdirSync(join(root, 'packages'))) {
  const pkg = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  if (!pkg.private) manifests.set(pkg.name, { folder, pkg });
}

try {
  const names = [...manifests.keys()].flatMap((name) => ['-w', name]);
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', scratch, ...names], root),
  );
  const tarballs = new Map(
    Object.values(packed).map(({ name, filename }) => [name, `file:${join(scratch, filename)}`]),
  );
  const wanted = process.argv.slice(2);
  // Those that need little first, so that npm has little to remove and to bring back.
  const chosen = [...manifests]
    .filter(([, { folder }]) => wanted.length === 0 || wanted.includes(folder))
    .sort(([one], [other]) => closure(one).size - closure(other).size);
  for (const [name, { folder, pkg }] of chosen) {
    const bytes = await checkPackage(name, folder, pkg, tarballs);
    console.log(
      `packed: ${name} installs alone, imports${bytes === undefined ? '' : `, runs without Node (${(bytes / 1000).toFixed(1)} kB gzipped, its dependencies but TensorFlow.js included)`}`,
    );
  }
  for (const [name, { folder, pkg }] of chosen) await checkOldest(name, folder, pkg, tarballs);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * Installs a package, with others of the registry, into the project `folder`; returns where that is. Projects are
 * used again: npm removes what another package needed, and need not unpack TensorFlow.js each time. (It may leave
 * what is an optional peer, as TensorFlow.js is of some: packages that need none share no project with others.)
 */
function install(name, tarballs, folder, others) {
  const project = join(scratch, folder);
  mkdirSync(project, { recursive: true });
  rmSync(join(project, 'package-lock.json'), { force: true });
  const own = closure(name);
  const ours = Object.fromEntries([...own].map((one) => [one, tarballs.get(one)]));
  const dependencies = { ...ours, ...others };
  const manifest = { name: 'user', private: true, type: 'module', dependencies };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  // Install scripts run, as they would for a user.
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts=false'],
    project,
    { NODE_OPTIONS: onlyRegistry },
  );
  const strangers = [...manifests.keys()].filter(
    (one) => !own.has(one) && existsSync(join(project, 'node_modules', one)),
  );
  if (strangers.length > 0) {
    throw new Error(`${name}: is not alone, but with ${strangers.join(', ')}`);
  }
  return project;
}

async function checkPackage(name, folder, pkg, tarballs) {
  await checkTarball(tarballs.get(name).slice('file:'.length));
  const peers = Object.keys({ ...pkg.peerDependencies }).filter(
    (peer) => !pkg.peerDependenciesMeta?.[peer]?.optional,
  );
  // Programs that use the layers need an engine.
  const engine = { '@tensorflow/tfjs-backend-cpu': `^${tested}` };
  const project =
    peers.length > 0 ? install(name, tarballs, 'layers', engine) : install(name, tarballs, 'plain');
  const installed = readdirSync(join(project, 'node_modules'));
  if (peers.length === 0 && installed.includes('@tensorflow')) {
    throw new Error(`${name}: installs TensorFlow.js, which it must not need`);
  }
  for (const pattern of pkg.files.filter((one) => !/^!|^CHANGELOG/.test(one))) {
    const path = join(project, 'node_modules', name, pattern.replace(/\/?\*.*/, ''));
    if (!existsSync(path)) throw new Error(`${name}: its tarball lacks ${pattern}`);
  }
  const wantedExports = Object.keys(await import(join(root, 'packages', folder, 'dist/index.js')));
  writeFileSync(
    join(project, 'main.js'),
    `import * as it from '${name}'; console.log(JSON.stringify(Object.keys(it)));`,
  );
  const exported = JSON.parse(run('node', ['main.js'], project).trim().split('\n').at(-1));
  if (exported.length !== wantedExports.length) {
    throw new Error(
      `${name}: exports ${exported.length} names from its tarball, ${wantedExports.length} here`,
    );
  }
  if (name === 'sts-net') checkLoading(project);
  if (existsSync(here(`smoke/${folder}.mjs`))) await runWithoutNode(name, folder, project);
  else if (!nodeOnly.includes(name)) throw new Error(`${name}: smoke/${folder}.mjs is missing`);
  if (nodeOnly.includes(name)) return undefined;
  const { outputFiles } = await bundle(join(project, 'main.js'), project, {
    write: false,
    external: ['@tensorflow/*'],
    minify: true,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** A package that says it takes an older TensorFlow.js runs with it. */
async function checkOldest(name, folder, pkg, tarballs) {
  const oldest = pkg.peerDependencies?.['@tensorflow/tfjs-layers']?.replace('^', '');
  if (oldest === undefined || oldest === tested) return;
  const parts = ['core', 'layers', 'backend-cpu'].map((one) => [`@tensorflow/tfjs-${one}`, oldest]);
  const project = install(name, tarballs, `oldest-${oldest}`, Object.fromEntries(parts));
  await runWithoutNode(`${name} with TensorFlow.js ${oldest}`, folder, project);
  console.log(`packed: ${name} runs with TensorFlow.js ${oldest}`);
}

/** Commands load only what they use: scoring and data sets no TensorFlow.js, training no plots. */
function checkLoading(project) {
  const hook = `export async function load(url, context, next) {
  process._rawDebug('loads ' + url);
  return next(url, context);
}`;
  const register = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));`;
  writeFileSync(join(project, 'watch.mjs'), register);
  writeFileSync(
    join(project, 'write.mjs'),
    `import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { mkdirSync } from 'node:fs';
for (const folder of ['a', 'b', 't']) {
  mkdirSync(folder, { recursive: true });
  const volume = createVolume(ndarray(Uint8Array.of(0, 1, 1, 0), [1, 2, 2]));
  await writeVolume(folder + '/x.nii.gz', volume);
}`,
  );
  run('node', ['write.mjs'], project);
  const cli = join(project, 'node_modules/sts-net/dist/cli.js');
  for (const [args, unwanted] of [
    [['evaluate', '--prediction', 'a/x.nii.gz', '--truth', 't/x.nii.gz'], '@tensorflow'],
    [['compare', 'a', 'b', '--truth', 't', '--resamples', '10'], '@tensorflow'],
    [['data', 'check', 'none.jsonl'], '@tensorflow'],
    [['train', 'none.json'], '@observablehq'],
    [['--help'], '@sts-net/model'],
  ]) {
    const { stderr } = spawnSync('node', [`--import=${join(project, 'watch.mjs')}`, cli, ...args], {
      cwd: project,
      encoding: 'utf8',
    });
    const loaded = stderr.split('\n').filter((line) => line.startsWith('loads '));
    const wrong = loaded.find((line) => line.includes(`/node_modules/${unwanted}`));
    if (loaded.length === 0 || wrong !== undefined) {
      throw new Error(`sts-net ${args.join(' ')}: ${wrong ?? `loads nothing: ${stderr}`}`);
    }
  }
}

/** Bundles a small program that uses the package, and runs it where Node's globals are missing. */
async function runWithoutNode(name, folder, project) {
  writeFileSync(join(project, 'smoke.mjs'), readFileSync(here(`smoke/${folder}.mjs`)));
  await bundle(join(project, 'smoke.mjs'), project, {
    outfile: join(project, 'bundle.mjs'),
    // An optional peer, of which applications tell their bundlers.
    external: ['onnxruntime-web/*'],
  });
  writeFileSync(
    join(project, 'without-node.mjs'),
    `for (const name of ['process', 'Buffer', 'setImmediate', 'clearImmediate', 'global', 'require']) {
  delete globalThis[name];
}
// As in a browser's worker, by which TensorFlow.js knows where it is.
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
await import('./bundle.mjs');`,
  );
  try {
    run('node', ['without-node.mjs'], project);
  } catch (error) {
    throw new Error(`${name}: does not run without Node's globals: ${error.stderr}`);
  }
}

function bundle(entry, project, options) {
  return build({
    entryPoints: [entry],
    absWorkingDir: project,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    logLevel: 'error',
    ...options,
  });
}

/** The package and the packages of this repository that it depends on, directly or not. */
function closure(name, seen = new Set()) {
  if (seen.has(name) || !manifests.has(name)) return seen;
  seen.add(name);
  const { pkg } = manifests.get(name);
  for (const dependency of Object.keys({ ...pkg.dependencies })) closure(dependency, seen);
  return seen;
}
