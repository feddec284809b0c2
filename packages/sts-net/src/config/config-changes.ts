import { ConfigError } from '@sts-net/datasets/validation';

/**
 * A field of a config that is given another value: its path, `training.loss`, and what it becomes; undefined
 * takes it away.
 */
export interface ConfigChange {
  readonly path: string;
  readonly value: unknown;
}

/**
 * A config as it is written, with some of its fields changed; those on the way that are missing are
 * made. The config stays as it is.
 *
 * @throws ConfigError for a path that leads through a value that has no fields
 */
export function withChanges(config: unknown, changes: readonly ConfigChange[]): unknown {
  const result: unknown = structuredClone(config);
  for (const { path, value } of changes) {
    const keys = path.split('.');
    if (keys.includes('__proto__')) {
      throw new ConfigError(`${path}: a field must have a name of the config, got '__proto__'`);
    }
    const last = keys.pop()!;
    let parent = result;
    for (const [i, key] of keys.entries()) {
      const fields = fieldsOf(parent, keys.slice(0, i).join('.'), path);
      fields[key] ??= {};
      parent = fields[key];
    }
    const fields = fieldsOf(parent, keys.join('.'), path);
    if (value === undefined) delete fields[last];
    else fields[last] = value;
  }
  return result;
}

function fieldsOf(value: unknown, at: string, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new ConfigError(
    `${path}: '${at}' must have fields to have one changed, but is ${JSON.stringify(value)}; give the whole of '${at}'`,
  );
}
