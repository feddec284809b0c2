// Makes modules for browsers of the decoders of JPEG-LS and JPEG 2000, in packages/volume-io/codecs: what they
// need of Node, which bundlers for browsers stumble over, is taken away. npm runs it before it packs
// @sts-net/volume-io, `npm run build` in a checkout.
import { readFileSync } from 'node:fs';
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

for (const name of ['charls', 'openjpeg']) {
  await build({
    entryPoints: [`@cornerstonejs/codec-${name}/decode`],
    absWorkingDir: folder,
    outfile: `codecs/${name}.js`,
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
}
