// Bundles the lane's page and the worker as an application's bundler would, from the packages' sources; and
// measures what pages load.
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import '../../codecs/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, '../../../packages');

function bundled(entryPoints, more = {}) {
  return build({
    entryPoints,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    write: false,
    conditions: ['@sts/source'],
    absWorkingDir: packages,
    logLevel: 'error',
    ...more,
  });
}

const worker = { in: join(packages, 'web/src/worker.ts'), out: 'worker' };
const trainingWorker = {
  in: join(packages, 'web/src/training-worker.ts'),
  out: 'training-worker',
};

/**
 * A module of this folder as `page.js`, `worker.js` and `training-worker.js`, which lie beside it as applications'
 * bundlers put them, and chunks, by name.
 */
export async function bundle(entry = 'page.mjs') {
  const page = { in: join(here, entry), out: 'page' };
  const { outputFiles } = await bundled([page, worker, trainingWorker]);
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

/** What a page and its worker load without engines to segment a NIfTI file, and other entries, and their limits. */
export async function sizes() {
  const opened = [
    'web/src/worker.ts',
    'web/src/prediction/open-network.ts',
    'volume-io/src/bytes/byte-source.ts',
    'volume-io/src/formats/volume-formats.ts',
    'volume-io/src/formats/nifti/parse-nifti.ts',
  ];
  const trained = [
    'web/src/training-worker.ts',
    'volume-io/src/bytes/byte-source.ts',
    'volume-io/src/formats/volume-formats.ts',
    'volume-io/src/formats/nifti/parse-nifti.ts',
  ];
  return [
    await sizeOf('@sts-net/web when it is imported', 'web/src/index.ts', [], 40),
    await sizeOf('@sts-net/web without engines', 'web/src/index.ts', opened, 120),
    await sizeOf('@sts-net/web/training when it is imported', 'web/src/training.ts', [], 40),
    await sizeOf('@sts-net/web/training without engines', 'web/src/training.ts', trained, 180),
    await sizeOf('@sts-net/metrics', 'metrics/src/index.ts', [], 12),
  ];
}

/** An entry with all that it imports, and those that it loads later and all that these import. */
async function sizeOf(name, entry, later, most) {
  const entries = [{ in: join(packages, entry), out: 'entry' }];
  for (const one of [worker, trainingWorker]) {
    if (later.includes(relative(packages, one.in))) entries.push(one);
  }
  const { outputFiles, metafile } = await bundled(entries, { external: ['@tensorflow/*'] });
  const outputs = Object.entries(metafile.outputs);
  const contents = new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
  const seen = new Set();
  const load = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind } of metafile.outputs[path].imports) {
      if (kind === 'import-statement' && metafile.outputs[next] !== undefined) load(next);
    }
  };
  for (const source of [entry, ...later]) {
    const found = outputs.find(([, { entryPoint }]) => entryPoint === source);
    if (found === undefined) throw new Error(`${relative('.', source)} is no entry of its own`);
    load(found[0]);
  }
  let bytes = 0;
  for (const path of seen) bytes += gzipSync(contents.get(basename(path)), { level: 9 }).length;
  return { name, bytes, most };
}
