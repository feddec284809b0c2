/** Where a message comes from: the function and, where it is known, the case. */
function subject(caller: string, id?: string): string {
  return id === undefined ? `\`${caller}\`` : `\`${caller}\`, case ${JSON.stringify(id)}`;
}

/**
 * Refuses an option that there is not, which callers without types would otherwise give in vain.
 *
 * @param names of all options, with spaces between
 * @returns where messages of the call come from
 * @throws TypeError naming the option and those there are
 */
export function checkOptions(caller: string, options: object, names: string): string {
  const where = subject(caller, (options as { readonly id?: string }).id);
  const known = names.split(' ');
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(`${where}: there is no option \`${name}\`; there are ${known.join(', ')}`);
  }
  return where;
}

/** @throws RangeError where the option `name` is none of `values` */
export function checkOneOf(
  value: string,
  name: string,
  values: readonly string[],
  where: string,
): void {
  if (values.includes(value)) return;
  throw new RangeError(
    `${where}: \`${name}\` must be one of ${values.join(', ')}, got ${JSON.stringify(value)}`,
  );
}

/** @throws RangeError where the option `name` is no length */
export function checkLength(value: number, name: string, where: string): void {
  if (value >= 0 && Number.isFinite(value)) return;
  throw new RangeError(`${where}: \`${name}\` must be a length in mm of at least 0, got ${value}`);
}
