import { lines } from './colors.ts';

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

/** A table whose first row and first column are headers. */
export function htmlTable([header, ...rows]: readonly (readonly string[])[]): Html {
  return html`<div class="scroll"><table>
<thead><tr>${header!.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...cells]) =>
    html`<tr><th scope="row">${first!}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
)}
</tbody>
</table></div>`;
}

/** A page that loads nothing. */
export function htmlPage(title: string, body: Html, ownStyle = ''): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}${new Html(ownStyle)}</style>
</head>
<body>
${body}
</body>
</html>
`.toString();
}

/** The page's style sheet: dark on white, readable on paper. */
const style: Html = new Html(`
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; background: #fff; color: #1a1a1a;
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-top: .6rem; border-top: 2px solid #ddd; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .5rem; }
p, ul { margin: .5rem 0; max-width: 48rem; }
.meta, figcaption, small { color: #505050; }
figcaption, .notes { font-size: .875rem; line-height: 1.4; }
.verdict { font-size: 1.1rem; padding: .7rem 1rem; border-left: 4px solid ${lines[0].color}; background: #f3f7fa; max-width: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .3rem 0 .5rem; color: #505050; font-size: .875rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #e2e2e2; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { border-bottom: 2px solid #888; vertical-align: bottom; }
tbody th { font-weight: 400; }
.scores { width: 100%; }
.scores th:first-child { width: 40%; }
.group { break-after: avoid; }
small { display: block; font-size: .8rem; font-weight: 400; line-height: 1.35; max-width: 34rem; }
.group th { padding-top: 1.1rem; font-weight: 600; border-bottom: 1px solid #888; }
.group small { max-width: 48rem; }
.scroll { overflow-x: auto; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: .6rem 0; }
.facts dt { color: #505050; }
.facts dd { margin: 0; }
figure { margin: 0; break-inside: avoid; }
figure img, figure svg { max-width: 100%; height: auto; display: block; }
figcaption { margin: .3rem 0 0; }
.charts, .lesions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 29rem), 1fr)); gap: 1.2rem 1.6rem; }
.charts + .scroll, .scroll + .scroll { margin-top: 1.2rem; }
.slices { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1.2rem; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(19.5rem, 1fr)); gap: 1.2rem; }
.legend span { margin-right: 1.2rem; white-space: nowrap; }
.legend i { display: inline-block; width: 1.6rem; height: 0; border-top: 4px solid; margin-right: .4rem; vertical-align: middle; }
pre { font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .8rem; }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 2px solid #ddd; color: #505050; font-size: .875rem; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  h2, h3, .legend { break-after: avoid; }
  tr, .verdict { break-inside: avoid; }
  .verdict, pre { border: 1px solid #bbb; background: none; }
  .charts { grid-template-columns: 1fr 1fr; }
  .lesions { grid-template-columns: 1fr 1fr; }
  .slices { grid-template-columns: 1fr 1fr 1fr; }
  * { print-color-adjust: exact; }
}
`);
