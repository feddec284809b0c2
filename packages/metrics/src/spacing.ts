/**
 * The spacing of a grid in mm, one entry an axis in the order of its shape; 1 where none is given.
 *
 * @throws RangeError where an entry is missing, zero, negative or not finite
 */
export function checkSpacing(
  spacing: readonly number[] | undefined,
  shape: readonly number[],
  where: string,
): readonly number[] {
  if (spacing === undefined) return shape.map(() => 1);
  if (spacing.length === shape.length && spacing.every((mm) => mm > 0 && Number.isFinite(mm))) {
    return spacing;
  }
  throw new RangeError(
    `${where}: \`spacing\` must be ${shape.length} lengths in mm above 0, in the order of shape [${shape}], got [${spacing}]`,
  );
}
