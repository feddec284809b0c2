// Makes modules for browsers of the decoders of JPEG-LS and JPEG 2000, in packages/volume-io/codecs: what they
// need of Node, which bundlers for browsers stumble over, is taken away. Part of `npm run build`.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../../packages/volume-io/', import.meta.url));
const notice = (name) => readFileSync(new URL(`${name}.licence.txt`, import.meta.url), 'utf8');

/** Node's own modules, which browsers never reach. */
const without = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(fs|path)$/ }, ({ path }) => ({ path, namespace: 'without-node' }));
    onLoad({ filter: /./, namespace: 'without-node' }, () => ({ contents: '' }));
  },
};

mkdirSync(join(folder, 'codecs'), { recursive: true });
for (const name of ['charls', 'openjpeg']) {
  const { outputFiles } = await build({
    entryPoints: [`@cornerstonejs/codec-${name}/decode`],
    absWorkingDir: folder,
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    plugins: [without],
    // Webpack knows the names of files where it sees to it that they are asked for.
    define: { process: 'undefined', __filename: 'undefined', __dirname: 'undefined' },
    banner: { js: `/*!\n${notice(name)}*/` },
    logLevel: 'warning',
  });
  // Whole at each time: lanes that run side by side make them too.
  const target = join(folder, `codecs/${name}.js`);
  writeFileSync(`${target}.${process.pid}`, outputFiles[0].contents);
  renameSync(`${target}.${process.pid}`, target);
}
