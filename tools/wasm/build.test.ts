import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { asTypeScript, compile } from './build.mjs';

test.each(['amplify', 'backend', 'metrics'])(
  'the committed kernels of %s are what its assembly/ compiles to',
  async (name) => {
    const folder = fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
    const committed = readFileSync(`${folder}/src/generated/kernels.ts`, 'utf8');
    expect(asTypeScript(await compile(folder))).toBe(committed);
  },
);
