/**
 * The weights of the classes.
 *
 * @throws RangeError unless there is one for each class, none negative and one above 0
 */
export function checkedWeights(
  loss: string,
  classWeights: readonly number[] | undefined,
  classes: number,
): readonly number[] {
  if (classWeights === undefined) return new Array<number>(classes).fill(1);
  const isRight =
    classWeights.length === classes &&
    classWeights.every((weight) => weight >= 0 && Number.isFinite(weight)) &&
    classWeights.some((weight) => weight > 0);
  if (isRight) return classWeights;
  throw new RangeError(
    `\`${loss}\`: \`classWeights\` must be ${classes} numbers of at least 0, the background's first, one above 0; got [${classWeights.join(', ')}]`,
  );
}

/**
 * What each class has in a mean over the classes; they sum to 1.
 *
 * @param background whether class 0 takes part
 * @throws RangeError if no class with a weight takes part
 */
export function classShares(
  loss: string,
  classWeights: readonly number[] | undefined,
  classes: number,
  background: boolean,
): readonly number[] {
  const weights = checkedWeights(loss, classWeights, classes).map((weight, c) =>
    c === 0 && !background ? 0 : weight,
  );
  const total = weights.reduce((a, b) => a + b);
  if (total > 0) return weights.map((weight) => weight / total);
  throw new RangeError(
    `\`${loss}\`: one of the foreground's \`classWeights\` must be above 0, got [${classWeights?.join(', ')}]; or let the background take part (\`background: true\`)`,
  );
}
