import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import * as agreement from '../src/agreement/index.ts';
import * as calibration from '../src/calibration/index.ts';
import * as curves from '../src/curves/index.ts';
import * as distances from '../src/distances/index.ts';
import * as metrics from '../src/index.ts';
import * as lesions from '../src/lesions/index.ts';
import * as overlap from '../src/overlap/index.ts';
import * as regions from '../src/regions/index.ts';
import * as statistics from '../src/statistics/index.ts';
import * as tfjs from '../src/tfjs/index.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${directory}README.md`, 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```/gms), ([, code]) => code!);

/** Leaves TensorFlow.js out of bundles, which import it from where it is installed. */
const installed: Plugin = {
  name: 'installed',
  setup: ({ onResolve }) => {
    const { resolve } = createRequire(import.meta.url);
    onResolve({ filter: /^@tensorflow\// }, ({ path }) => ({
      path: pathToFileURL(resolve(path)).href,
      external: true,
    }));
  },
};

async function bundle(contents: string, minify = false): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: directory, loader: 'ts' },
    bundle: true,
    minify,
    write: false,
    format: 'esm',
    platform: 'neutral',
    plugins: [installed],
    conditions: ['@sts/source'],
  });
  return outputFiles[0]!.text;
}

test.each(blocks.map((code, index) => ({ code, index })))(
  'README block $index prints what its comments say',
  async ({ code }) => {
    const expected = Array.from(
      code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm),
      ([, text]) => text,
    );
    const printed: string[] = [];
    const print = { log: (...values: unknown[]) => printed.push(format(...values)) };
    Object.assign(globalThis, { readmeConsole: print });
    const script = `const console = globalThis.readmeConsole;\n${await bundle(code)}`;
    await import(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`);
    expect(printed).toEqual(expected);
    expect(printed.length).toBeGreaterThan(0);
  },
);

test.each([
  ['src/index.ts', metrics],
  ['src/agreement/index.ts', agreement],
  ['src/calibration/index.ts', calibration],
  ['src/curves/index.ts', curves],
  ['src/distances/index.ts', distances],
  ['src/lesions/index.ts', lesions],
  ['src/overlap/index.ts', overlap],
  ['src/regions/index.ts', regions],
  ['src/statistics/index.ts', statistics],
  ['src/tfjs/index.ts', tfjs],
])('the README mentions every export of %s', (file, exported) => {
  const index = readFileSync(`${directory}${file}`, 'utf8').replace(/from '.*?'/g, '');
  const names = index.match(/\b(?!export|type\b)[A-Za-z]+\b/g)!;
  expect(names).toEqual(expect.arrayContaining(Object.keys(exported)));
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
});

test('of all entries only the one for TensorFlow.js needs it', async () => {
  const { exports } = JSON.parse(readFileSync(`${directory}package.json`, 'utf8'));
  const entries = Object.keys(exports).filter((one) => !/tfjs|json/.test(one));
  expect(entries.length).toBeGreaterThan(5);
  for (const entry of entries.map((one) => one.slice(1))) {
    expect(await bundle(`export * from '@sts-net/metrics${entry}'`)).not.toContain('tensorflow');
  }
});

test('what the main import brings is at most 12 kB gzipped, and one score far less', async () => {
  const whole = await bundle("export * from '@sts-net/metrics'", true);
  const one = await bundle("export { confusion, dice } from '@sts-net/metrics'", true);
  expect(gzipSync(whole).length).toBeLessThan(12_000);
  expect(gzipSync(one).length).toBeLessThan(3_500);
});
