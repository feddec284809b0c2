import type { MemoryConfig } from './memory-config.ts';

/**
 * What of a config may not change between a run and its continuation: all but what its classes are called,
 * what is kept in memory, how its cases are divided (what each split holds is compared by itself), and when
 * it ends.
 */
export function lastingPart({
  targets,
  data,
  training,
  ...rest
}: Omit<MemoryConfig, 'data'> & { readonly data: Partial<MemoryConfig['data']> }): object {
  const { cacheMegabytes, split, ...sameData } = data;
  const { steps, epochs, workers, validation, ...sameTraining } = training;
  const { patience, ...sameValidation } = validation;
  return { ...rest, data: sameData, training: { ...sameTraining, validation: sameValidation } };
}

/** The path of the first field in which two JSON values differ, or undefined where they are equal. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inside = firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
      if (inside !== undefined) return inside;
    }
    return undefined;
  }
  return Object.is(a, b) ? undefined : path;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
