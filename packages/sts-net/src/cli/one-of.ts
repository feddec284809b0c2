import { nearestName } from '@sts-net/datasets/validation';

/**
 * The value of an option that takes one of several names.
 *
 * @throws RangeError listing the names, and the nearest one
 */
export function oneOf<const T extends string>(
  option: string,
  text: string,
  known: readonly T[],
): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  const nearest = nearestName(text, known);
  throw new RangeError(
    `--${option} must be of ${known.join(', ')}, got '${text}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`,
  );
}
