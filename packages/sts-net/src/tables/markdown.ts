/**
 * A table in Markdown: the first column to the left, the others to the right.
 *
 * @param rows the first is the header
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [header, ...body] = rows.map((row) =>
    row.map((cell) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|')),
  ) as [string[], ...string[][]];
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [header, rule, ...body].map(line).join('\n');
}
