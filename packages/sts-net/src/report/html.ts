/** Markup that is safe to insert as it is. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Insertable = string | number | Html | readonly Html[];

/** A template whose inserted texts are escaped; `Html` and lists of it are inserted as they are. */
export function html(texts: TemplateStringsArray, ...values: readonly Insertable[]): Html {
  return new Html(String.raw({ raw: texts }, ...values.map(inserted)));
}

function inserted(value: Insertable): string {
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(String).join('\n');
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
