/** Strides of an array without gaps, the last axis fastest. */
export function cOrder(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

/** Where the first element is, if the last along axes that run backwards is at 0. */
export function firstOf(shape: readonly number[], stride: readonly number[]): number {
  let first = 0;
  for (const [axis, step] of stride.entries()) if (step < 0) first -= (shape[axis]! - 1) * step;
  return first;
}
