/** Numbers as text (DS), each of at most 16 characters. */
export function decimals(values: readonly number[]): string {
  return values.map(decimal).join('\\');
}

function decimal(value: number): string {
  let short = String(value + 0);
  for (let digits = 15; short.length > 16; digits--) {
    short = String(Number(value.toPrecision(digits)));
  }
  return short;
}
