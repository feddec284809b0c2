/** A name in which `*` stands for anything, in whatever form its characters were typed. */
export function namePattern(text: string): RegExp {
  const escaped = text
    .normalize()
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i');
}
