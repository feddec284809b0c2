import type { ValueType } from './value-type.ts';

/** Plain data as text, equal for equal data. */
export function spell(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const one of value) text += `${spell(one)},`;
    return `[${text}]`;
  }
  for (const name in value) text += `${name}:${spell((value as Record<string, unknown>)[name])},`;
  return `{${text}}`;
}

export function spellTypes(types: readonly ValueType[]): string {
  let text = '';
  for (const { dtype, shape } of types) text += `${dtype}${spell(shape)}`;
  return text;
}
