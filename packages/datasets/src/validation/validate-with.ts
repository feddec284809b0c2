import type * as z from 'zod';
import { nearestName } from './nearest-name.ts';
import { keysAt } from './schema-keys.ts';

/** A value that does not fit its schema. */
export class ValidationError extends TypeError {}

/**
 * The value that the schema makes of `value`, with defaults filled in.
 *
 * @param source what the error calls it, for example the file's path
 * @throws ValidationError with one line for each wrong field: its path, what is expected, what it holds.
 */
export function validateWith<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => describeIssue(issue, schema, value));
  throw new ValidationError(
    lines.length === 1 ? `${source}: ${lines[0]}` : `${source}:\n  ${lines.join('\n  ')}`,
  );
}

type Issue = z.core.$ZodIssue;

/**
 * One validation issue as a sentence: the path, what is required, what came and, for a name that is
 * not known, the nearest that is.
 */
export function describeIssue(issue: Issue, schema: z.ZodType, root: unknown): string {
  const { path, code } = issue;
  const value = valueAt(root, path);
  switch (code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path, root);
      return issue.keys
        .map((key) => {
          const nearest = nearestName(key, known);
          const remedy = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
          return `${pathText([...path, key])}: unknown key${remedy || `; known are ${known.join(', ')}`}`;
        })
        .join('\n');
    }
    case 'invalid_type':
      return line(path, `expected ${typeName(issue.expected)}`, value);
    case 'invalid_key':
      return `${pathText(path)}: ${issue.issues[0]!.message}`;
    case 'invalid_value':
      return line(path, `expected ${oneOf(issue.values)}`, value, hint(value, issue.values));
    case 'invalid_union':
      return describeUnion(issue, schema, root);
    case 'too_small':
      return line(
        path,
        `expected ${bound(issue, issue.inclusive ? 'at least' : 'more than', issue.minimum)}`,
        value,
      );
    case 'too_big':
      return line(
        path,
        `expected ${bound(issue, issue.inclusive ? 'at most' : 'less than', issue.maximum)}`,
        value,
      );
    default:
      return code === 'custom' || code === 'invalid_format'
        ? `${pathText(path)}: ${issue.message}`
        : line(path, issue.message, value);
  }
}

function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.ZodType,
  root: unknown,
): string {
  const { path } = issue;
  if ('discriminator' in issue) {
    const all = (issue as { options?: readonly unknown[] }).options ?? [];
    // A branch may be meant where there is none.
    const options = all.filter((option) => option !== undefined);
    const value = valueAt(root, path);
    return line(path, `expected ${oneOf(options)}`, value, hint(value, options));
  }
  // The branch that the value got furthest into is the one its author meant.
  const branches = issue.errors.filter((errors) => errors.length > 0);
  const depth = (errors: readonly Issue[]) => Math.max(...errors.map((error) => error.path.length));
  const [meant] = branches
    .filter((errors) => depth(errors) > 0)
    .sort((a, b) => depth(b) - depth(a));
  const inside =
    meant ??
    branches.find((errors) =>
      errors.some(({ code }) => code !== 'invalid_type' && code !== 'invalid_value'),
    );
  if (inside?.[0] !== undefined) {
    const first = inside[0];
    return describeIssue({ ...first, path: [...path, ...first.path] } as Issue, schema, root);
  }
  const expectations = branches.map(([error]) =>
    error?.code === 'invalid_value'
      ? oneOf(error.values)
      : typeName((error as { expected?: string } | undefined)?.expected ?? 'another value'),
  );
  const value = valueAt(root, path);
  const names = branches.flatMap(([error]) =>
    error?.code === 'invalid_value' ? error.values : [],
  );
  return line(
    path,
    `expected ${[...new Set(expectations)].join(' or ')}`,
    value,
    hint(value, names),
  );
}

function line(
  path: readonly PropertyKey[],
  requirement: string,
  value: unknown,
  remedy = '',
): string {
  return `${pathText(path)}: ${requirement}, got ${valueText(value)}${remedy}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return (
    path
      .map((part, i) =>
        typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
      )
      .join('') || '(the whole config)'
  );
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function typeName(expected: string): string {
  if (expected === 'int') return 'integer';
  if (expected === 'record') return 'object';
  return expected === 'tuple' ? 'array' : expected;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? texts[0]! : `one of ${texts.join(', ')}`;
}

function hint(value: unknown, known: readonly unknown[]): string {
  if (typeof value !== 'string') return '';
  const nearest = nearestName(
    value,
    known.filter((name) => typeof name === 'string'),
  );
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

function bound(
  { origin }: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  relation: string,
  limit: number | bigint,
): string {
  if (origin === 'array') return `${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `${relation} ${limit} character${limit === 1 ? '' : 's'}`;
  return `${origin === 'int' ? 'integer' : 'number'} of ${relation} ${limit}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
}
