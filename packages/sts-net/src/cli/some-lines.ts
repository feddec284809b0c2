/** Lines of a kind that are printed. */
const shown = 10;

/** A title with its count and the first of its lines; nothing without any. */
export function someLines(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - shown;
  return [
    `${title}: ${lines.length}`,
    ...lines.slice(0, shown).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}
