import { validateWith } from '@sts-net/datasets/validation';
import type { z } from 'zod';
import { readText } from './read-text.ts';

/**
 * What a file of JSON holds that a run or a grid left; undefined where there is none.
 *
 * @param what the file is, for the error
 * @throws RangeError naming the file, if it is damaged
 */
export async function readRecord<T>(
  path: string,
  what: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : parse(text, `'${path}'`, path, what, schema);
}

/**
 * As {@link readRecord}, of a file with one value a line.
 *
 * @param isWhole whether the file appeared whole; else a last line without an end, which a kill cut off, is left out
 */
export async function readRecords<T>(
  path: string,
  what: string,
  schema: z.ZodType<T>,
  isWhole = false,
): Promise<readonly T[] | undefined> {
  const text = await readText(path);
  if (isWhole && text !== undefined && !text.endsWith('\n')) {
    throw new RangeError(
      `'${path}' must end with a whole line, but is cut off; restore it from a copy`,
    );
  }
  return text
    ?.split('\n')
    .slice(0, -1)
    .map((line, i) => parse(line, `'${path}', line ${i + 1}`, path, what, schema));
}

function parse<T>(
  text: string,
  subject: string,
  path: string,
  what: string,
  schema: z.ZodType<T>,
): T {
  try {
    return validateWith(schema, JSON.parse(text), path);
  } catch (cause) {
    const [reason, ...others] = (cause as Error).message
      .replace(`${path}:`, '')
      .trim()
      .split(/\n */);
    const more = others.length === 0 ? '' : `; and ${others.length} more`;
    throw new RangeError(
      `${subject} must be ${what}, but is damaged (${reason}${more}); restore it from a copy`,
      { cause },
    );
  }
}
