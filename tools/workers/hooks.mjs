import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['@sts/source', ...context.conditions] });
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = await transform(await readFile(new URL(url), 'utf8'), { loader: 'ts' });
  return { format: 'module', source: code, shortCircuit: true };
}
