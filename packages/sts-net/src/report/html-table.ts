import { type Html, html } from './html.ts';

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
