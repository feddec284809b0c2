// Bundles a page's module with the packages' sources, so that the page, what it tests and TensorFlow.js
// share one copy of its engine.
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { core, declaration, skips } from '../../../packages/tfjs-backend-ort/op-tests/suites.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '../../../packages/tfjs-backend-ort/package.json'));

/** As much of Vitest as helpers of tests call when they are loaded or used. */
const vitest = `
const nothing = () => {};
export const expect = Object.assign(nothing, { extend: nothing });
export const describe = Object.assign(nothing, { each: () => nothing });
export const test = describe;
export const beforeAll = nothing;
export const afterEach = nothing;
export const vi = {
  spyOn: (object, key) => ({
    mockImplementation(replacement) {
      const own = object[key];
      object[key] = replacement;
      return { mockRestore: () => { object[key] = own; } };
    },
  }),
};`;

/** A page's module as `page.js`, and its chunks, by name; it gets the tests of operations in `files`. */
export async function bundle(entry, files) {
  const { outputFiles } = await build({
    entryPoints: [{ in: join(here, entry), out: 'page' }],
    bundle: true,
    splitting: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    write: false,
    conditions: ['@sts/source'],
    define: { global: 'globalThis', 'process.env': '{}' },
    logLevel: 'error',
    plugins: [
      {
        name: 'lane',
        setup(it) {
          const virtual = (filter, namespace, contents) => {
            it.onResolve({ filter }, ({ path }) => ({ path, namespace }));
            it.onLoad({ filter: /./, namespace }, () => ({ contents, resolveDir: dirname(core) }));
          };
          // Tests, backend and layers share one TensorFlow.js.
          it.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({ path: core }));
          it.onResolve({ filter: /^jasmine-core/ }, ({ path }) => ({
            path: require.resolve(path),
          }));
          virtual(
            /^operations$/,
            'operations',
            `${declaration(files)}
export const skips = ${JSON.stringify(skips)};`,
          );
          // Helpers of tests are used, Vitest and Node are not.
          virtual(/^vitest$/, 'vitest', vitest);
          virtual(/^node:/, 'node', 'module.exports = {};');
        },
      },
    ],
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}
