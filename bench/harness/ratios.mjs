/** The value that a share of the values is below, the next lower one where it falls between two. */
function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

export const median = (values) => quantile(values, 0.5);

/** Median and quartiles of the ratios of turns that followed one another, to three digits. */
export function pairRatio(own, peer) {
  const ratios = own.map((time, i) => time / peer[i]);
  const at = (share) => Number(quantile(ratios, share).toPrecision(3));
  return { ratio: at(0.5), low: at(0.25), high: at(0.75) };
}
