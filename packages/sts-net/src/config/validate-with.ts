import type { z } from 'zod';
import { describeIssue } from './describe-issue.ts';

/**
 * The value that the schema makes of `value`, with defaults filled in.
 *
 * @param source what the error calls it, for example the file's path
 * @throws TypeError with one line for each wrong field: its path, what is expected, what it holds.
 */
export function validateWith<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => describeIssue(issue, schema, value));
  throw new TypeError(
    lines.length === 1 ? `${source}: ${lines[0]}` : `${source}:\n  ${lines.join('\n  ')}`,
  );
}
