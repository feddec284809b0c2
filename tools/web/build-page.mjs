// Bundles the page that `sts-net export web` copies, from the sources of the packages, into packages/web/page.
// npm runs it before it packs @sts-net/web, `npm run build` in a checkout.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const web = fileURLToPath(new URL('../../packages/web/', import.meta.url));
const [source, target] = [join(web, 'src/page'), join(web, 'page')];

rmSync(target, { recursive: true, force: true });
await build({
  entryPoints: [join(source, 'main.ts'), join(web, 'src/worker.ts')],
  entryNames: '[name]',
  // The same bytes, whenever and wherever it is built.
  absWorkingDir: web,
  outdir: join(target, 'page'),
  bundle: true,
  splitting: true,
  minify: true,
  legalComments: 'linked',
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  conditions: ['@sts/source'],
  logLevel: 'warning',
});
mkdirSync(target, { recursive: true });
copyFileSync(join(source, 'index.html'), join(target, 'index.html'));
copyFileSync(join(source, 'style.css'), join(target, 'page/style.css'));
