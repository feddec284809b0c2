// Bundles the page that `sts-net export web` copies, from the sources of the packages, into packages/web/page.
// Part of `npm run build`.
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
// The decoders that it loads.
import '../codecs/build.mjs';

const web = fileURLToPath(new URL('../../packages/web/', import.meta.url));
const [source, target] = [join(web, 'src/page'), join(web, 'page')];

/** The same bytes, whenever and wherever it is built. */
const settings = {
  absWorkingDir: web,
  bundle: true,
  minify: true,
  legalComments: 'linked',
  platform: 'browser',
  target: 'es2022',
  conditions: ['@sts/source'],
  logLevel: 'warning',
};

rmSync(target, { recursive: true, force: true });
await build({
  ...settings,
  entryPoints: [join(source, 'main.ts'), join(web, 'src/worker.ts')],
  entryNames: '[name]',
  outdir: join(target, 'page'),
  format: 'esm',
  splitting: true,
});
copyFileSync(join(source, 'index.html'), join(target, 'index.html'));
copyFileSync(join(source, 'style.css'), join(target, 'page/style.css'));
const files = readdirSync(join(target, 'page')).filter((name) => !name.endsWith('.txt'));
await build({
  ...settings,
  entryPoints: [join(source, 'service-worker.ts')],
  // Beside the page: it sees what lies below it.
  outfile: join(target, 'service-worker.js'),
  format: 'iife',
  define: { pageFiles: JSON.stringify(files.sort().map((name) => `page/${name}`)) },
});
