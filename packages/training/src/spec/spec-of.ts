/**
 * What a name stands for in a table, or the value itself where one of the caller's own is given.
 *
 * @param what begins the error, for example `loss`
 * @throws RangeError listing the names, for one that is not among them
 */
export function specOf<Spec extends object>(
  what: string,
  table: Readonly<Record<string, Spec>>,
  nameOrSpec: string | Spec,
): Spec {
  if (typeof nameOrSpec !== 'string') return nameOrSpec;
  if (Object.hasOwn(table, nameOrSpec)) return table[nameOrSpec]!;
  throw new RangeError(
    `${what}: there is no '${nameOrSpec}'; there are ${Object.keys(table).join(', ')}`,
  );
}
