import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { threadId } from 'node:worker_threads';

// Hundreds of processes of the tests load the same sources. Each text is compiled once, and found by its digest.
const kept = new URL('../../node_modules/.cache/sources/', import.meta.url);

export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['@sts/source', ...context.conditions] });
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  const place = new URL(`${createHash('sha256').update(text).digest('hex')}.js`, kept);
  const source = await readFile(place, 'utf8').catch(() => compile(text, place));
  return { format: 'module', source, shortCircuit: true };
}

async function compile(text, place) {
  const { transform } = await import('esbuild');
  const { code } = await transform(text, { loader: 'ts' });
  await mkdir(kept, { recursive: true });
  // Whole or not at all, whoever else writes it.
  const own = new URL(`${place.href}.${process.pid}.${threadId}`);
  await writeFile(own, code);
  await rename(own, place);
  return code;
}
