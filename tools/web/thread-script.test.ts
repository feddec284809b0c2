import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { isThreadScriptWhole } from '../../packages/backend/src/engines/thread-script.ts';

const entry = fileURLToPath(
  new URL('../../packages/backend/src/engines/thread-script.ts', import.meta.url),
);

/** What the function says of itself in a bundle. */
async function inBundle(minify: boolean | 'esbuild'): Promise<boolean> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify, lib: { entry, formats: ['iife'], name: 'bundle' } },
  });
  const [first] = [built].flat() as unknown as [{ output: readonly { code: string }[] }];
  return runInNewContext(`${first.output[0]!.code}; bundle.isThreadScriptWhole()`, {});
}

test('a minifier that takes away what threads ask is noticed', async () => {
  expect(isThreadScriptWhole()).toBe(true);
  expect(await inBundle(false)).toBe(true);
  // Vite 8 minifies by Oxc, which takes it away; esbuild leaves it.
  expect(await inBundle(true)).toBe(false);
  expect(await inBundle('esbuild')).toBe(true);
});
