/** Why a field of a config has its value, by its path, such as `training.patch`. */
export type Reasons = Readonly<Record<string, string>>;

/** How long lines of comments are. */
const width = 96;

/**
 * JSON with a comment before each field that has a reason.
 *
 * @param heading comment before everything
 */
export function commentedJson(value: object, reasons: Reasons, heading: string): string {
  return `${comment(heading, '')}${write(value, reasons, '', '')}\n`;
}

function write(value: unknown, reasons: Reasons, path: string, indent: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return JSON.stringify(value).replaceAll(/,(?=\S)/g, ', ');
  }
  const inside = `${indent}  `;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const isPlain = (field: unknown) => typeof field !== 'object' || Array.isArray(field);
  const own = (key: string) => (path === '' ? key : `${path}.${key}`);
  const isShort =
    fields.every(([key, field]) => isPlain(field) && reasons[own(key)] === undefined) &&
    path !== '';
  const lines = fields.map(([key, field]) => {
    const reason = reasons[own(key)];
    const text = `${JSON.stringify(key)}: ${write(field, reasons, own(key), inside)}`;
    return isShort
      ? text
      : `${reason === undefined ? '' : comment(reason, inside)}${inside}${text}`;
  });
  if (isShort) return `{ ${lines.join(', ')} }`;
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Lines of a comment, each of whole words. */
function comment(text: string, indent: string): string {
  return text
    .split('\n')
    .flatMap((paragraph) => {
      const lines = [''];
      for (const word of paragraph.split(' ')) {
        const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
        if (indent.length + 3 + longer.length <= width) lines[lines.length - 1] = longer;
        else lines.push(word);
      }
      return lines.map((line) => `${indent}// ${line}`.trimEnd());
    })
    .map((line) => `${line}\n`)
    .join('');
}
