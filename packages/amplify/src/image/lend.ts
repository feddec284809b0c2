/** Where images are written. */
export interface LendOptions {
  /**
   * Lends an array of `length` numbers for the image of a result; all of them are written. What the system
   * takes to clear new memory is saved where arrays are lent again, once their last result is done with.
   * @default (length) => new Float32Array(length)
   */
  readonly lend?: ((length: number) => Float32Array) | undefined;
}

/** An array for so many numbers on behalf of the function that `subject` names. */
export function lentArray(subject: string, { lend }: LendOptions, length: number): Float32Array {
  if (lend === undefined) return new Float32Array(length);
  const array = lend(length);
  if (!(array instanceof Float32Array) || array.length !== length) {
    throw new RangeError(
      `\`${subject}\`: \`lend\` must give a Float32Array of ${length} numbers, got ${array instanceof Float32Array ? `one of ${array.length}` : typeof array}`,
    );
  }
  return array;
}
