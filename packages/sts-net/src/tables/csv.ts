/**
 * Lines with one header (RFC 4180), all digits; empty where there is no value.
 *
 * @param lines at least one, all with the same columns
 */
export function csvText(lines: readonly Readonly<Record<string, string | number>>[]): string {
  const cell = (value: string | number): string => {
    if (Number.isNaN(value)) return '';
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const table = [Object.keys(lines[0]!), ...lines.map(Object.values<string | number>)];
  return table.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
