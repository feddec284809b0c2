/**
 * A text table: the first column to the left, the others to the right.
 *
 * @param rows the first is the header
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.join('\n');
}

/** A score 0 … 1 with four decimals; `n/a` where there was nothing to score. */
export function scoreText(score: number): string {
  return Number.isNaN(score) ? 'n/a' : score.toFixed(4);
}
