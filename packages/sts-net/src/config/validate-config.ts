import { readFile } from 'node:fs/promises';
import { fileError } from '@sts-net/datasets/files';
import { ConfigError, validateWith } from '@sts-net/datasets/validation';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type ConfigChange, withChanges } from './config-changes.ts';
import { type ExperimentConfig, experimentSchema } from './experiment-config.ts';

/**
 * The config with its defaults filled in.
 *
 * @param source what the error calls it, for example the file's path
 * @throws ValidationError with one line for each wrong field: its path, what is expected, what it holds.
 */
export function validateConfig(value: unknown, source = 'config'): ExperimentConfig {
  return validateWith(experimentSchema, value, source);
}

/**
 * Reads and validates a config file.
 *
 * @param changes fields that get another value than the file gives them
 * @throws ConfigError or ValidationError naming the file and, where the file can be read, the line or field and the cure.
 */
export async function loadConfig(
  path: string,
  changes: readonly ConfigChange[] = [],
): Promise<ExperimentConfig> {
  return validateConfig(withChanges(await readConfigFile(path), changes), path);
}

/**
 * The content of a JSON file, in which there may be comments.
 *
 * @throws ConfigError naming the file, and the line where it is wrong
 */
export async function readConfigFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { message } = fileError(path, 'read', cause);
    throw new ConfigError(message, { cause });
  }
  // Some editors begin a file with a byte order mark.
  const json = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const value = parse(json, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const before = json.slice(0, first.offset).split('\n');
  const found = json.slice(first.offset, first.offset + first.length).trim();
  throw new ConfigError(
    `'${path}' is not valid JSON: ${wordsOf(first.error)} at line ${before.length}, column ${before.at(-1)!.length + 1}${found === '' ? '' : `, at ${JSON.stringify(found)}`}; correct it there`,
  );
}

/** `CommaExpected` as words. */
function wordsOf(error: number): string {
  return printParseErrorCode(error)
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}
