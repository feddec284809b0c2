/** One sentence for what is to be said of several masks: of the first, and how many others there are. */
export function saidOnce(sentences: readonly string[]): string | undefined {
  const [first, ...others] = sentences;
  if (first === undefined || others.length === 0) return first;
  return `${first}; so ${others.length === 1 ? 'does one other mask' : `do ${others.length} other masks`}`;
}
