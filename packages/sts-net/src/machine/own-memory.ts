import { totalmem } from 'node:os';

/** Bytes that this machine has, or that this process may take of it. */
export function ownMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
