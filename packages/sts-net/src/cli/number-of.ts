/**
 * The value of an option that takes a number.
 *
 * @throws RangeError naming the option and the requirement
 */
export function numberOf(
  option: string,
  text: string,
  requirement: string,
  fits: (value: number) => boolean,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && fits(value)) return value;
  throw new RangeError(`--${option} must be ${requirement}, got '${text}'`);
}

/** The value of an option that takes a whole number from 1 on. */
export function countOf(option: string, text: string): number {
  return numberOf(
    option,
    text,
    'a whole number from 1 on',
    (n) => Number.isSafeInteger(n) && n > 0,
  );
}
