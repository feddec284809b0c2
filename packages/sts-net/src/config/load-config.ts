import { readFile } from 'node:fs/promises';
import { fileError } from '../files/file-error.ts';
import type { ExperimentConfig } from './experiment-config.ts';
import { validateConfig } from './validate-config.ts';

/**
 * Reads and validates a config file.
 *
 * @throws Error naming the file and, where the file can be read, the line or field and the cure.
 */
export async function loadConfig(path: string): Promise<ExperimentConfig> {
  return validateConfig(await readJson(path), path);
}

/** The content of a JSON file. */
async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`'${path}' is not valid JSON: ${reason}; correct it there`, { cause });
  }
}
