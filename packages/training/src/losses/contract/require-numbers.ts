/**
 * Checks options of a loss that are numbers.
 *
 * @param options by name; what is undefined was not given
 * @throws RangeError naming the first that is wrong
 */
export function requireNumbers(
  loss: string,
  rule: 'above 0' | 'at least 0',
  options: Readonly<Record<string, number | undefined>>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const isRight = rule === 'above 0' ? value > 0 : value >= 0;
    if (isRight && Number.isFinite(value)) continue;
    throw new RangeError(`\`${loss}\`: \`${name}\` must be a number ${rule}, got ${value}`);
  }
}
