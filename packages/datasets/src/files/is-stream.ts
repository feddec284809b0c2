import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Names of what a process has open, which may lead to a file. */
const opened = /^\/(dev\/(stdout|stderr|fd\/)|proc\/)/;

/**
 * Whether what is written to a path goes on from there, as it does through pipes, devices and `/dev/stdout`:
 * nothing can be kept beside it, or take its place.
 */
export async function isStream(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) return false;
  return opened.test(resolve(path)) || !(entry.isFile() || entry.isDirectory());
}
