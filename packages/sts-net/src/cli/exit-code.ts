import { CommanderError } from '@commander-js/extra-typings';
import { FileError } from '@sts-net/datasets/files';
import { ConfigError, ValidationError } from '@sts-net/datasets/validation';
import { VolumeFormatError } from '@sts-net/volume-io';
import { LockedError } from '../locks/folder-lock.ts';
import { Interrupted } from './interruption.ts';
import { UsageError } from './usage-error.ts';

/** What a command ends with, so that whoever started it knows whether to start it again. */
export const exitCodes = {
  done: 0,
  /** Anything else. */
  failed: 1,
  /** The command or the config is wrong: never again as it is. */
  usage: 2,
  /** The input is wrong: never again as it is. */
  input: 65,
  /** Stopped after saving, or another process is at it: again, and it goes on. */
  again: 75,
  /** A person interrupted it, after saving. */
  interrupted: 130,
} as const;

const missing = new Set(['ENOENT', 'EISDIR', 'ENOTDIR']);

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof LockedError) return exitCodes.again;
  const usage = [CommanderError, UsageError, ConfigError, ValidationError];
  if (usage.some((kind) => error instanceof kind)) return exitCodes.usage;
  return isInput(error) ? exitCodes.input : exitCodes.failed;
}

/** Whether a file that was read is at fault, here or in a cause. */
function isInput(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof FileError && !error.action.startsWith('read')) return false;
  // What packages refuse is a value out of its range, which came with a file.
  const input = [VolumeFormatError, RangeError, SyntaxError];
  if (input.some((kind) => error instanceof kind)) return true;
  return missing.has((error as NodeJS.ErrnoException).code ?? '') || isInput(error.cause);
}
