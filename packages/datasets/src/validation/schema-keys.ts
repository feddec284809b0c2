import type * as z from 'zod';

/** What a zod schema tells about its structure; only the parts walked here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

/** The keys that objects at `path` may have, over all branches of unions on the way. */
export function keysAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  root: unknown,
): readonly string[] {
  const definition = schema._zod.def as unknown as Definition;
  const [key, ...rest] = path;
  const value = (root as Record<PropertyKey, unknown> | undefined)?.[key as PropertyKey];
  if (definition.innerType !== undefined) return keysAt(definition.innerType, path, root);
  if (definition.in !== undefined) return keysAt(definition.in, path, root);
  if (definition.options !== undefined) {
    const matching = definition.options.filter((option) => discriminates(option, root));
    return [...new Set(matching.flatMap((option) => keysAt(option, path, root)))];
  }
  const each = definition.element ?? definition.valueType;
  if (each !== undefined) return key === undefined ? [] : keysAt(each, rest, value);
  if (definition.shape === undefined) return [];
  if (key === undefined) return Object.keys(definition.shape);
  const child = definition.shape[key as string];
  return child === undefined ? [] : keysAt(child, rest, value);
}

/** False for a branch whose literal `name` differs from the value's. */
function discriminates(option: z.core.$ZodType, value: unknown): boolean {
  const { shape } = option._zod.def as unknown as Definition;
  const literals = (shape?.['name']?._zod.def as { values?: readonly unknown[] } | undefined)
    ?.values;
  return literals === undefined || literals.includes((value as { name?: unknown } | null)?.name);
}
