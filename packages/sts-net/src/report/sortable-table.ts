import { Html, html } from './html.ts';

/** A cell as it is read, and by what its row is sorted. */
export interface SortableCell {
  readonly text: string;
  /** `NaN` comes last, whichever way. */
  readonly value: number | string;
}

/**
 * A table that a click on a column's title sorts by it, and another one the other way round.
 *
 * @param rows each with a cell for each title
 */
export function sortableTable(
  titles: readonly string[],
  rows: readonly (readonly SortableCell[])[],
): Html {
  const value = (cell: SortableCell): string => (Number.isNaN(cell.value) ? '' : `${cell.value}`);
  return html`<div class="scroll"><table class="sortable">
<thead><tr>${titles.map((title) => html`<th scope="col"><button type="button">${title}</button></th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...cells]) =>
    html`<tr><th scope="row" data-v="${value(first!)}">${first!.text}</th>${cells.map(
      (cell) => html`<td data-v="${value(cell)}">${cell.text}</td>`,
    )}</tr>`,
)}
</tbody>
</table></div>`;
}

/** Style of all sortable tables of a page. */
export const sortableStyle = `
.sortable button { all: unset; cursor: pointer; }
.sortable button:focus-visible { outline: 2px solid #0072b2; outline-offset: 2px; }
.sortable [aria-sort] button::after { content: ' ▲'; }
.sortable [aria-sort='descending'] button::after { content: ' ▼'; }`;

/** Sorts the tables of a page; once, after them. */
export const sortableScript: Html = new Html(`<script>
for (const table of document.querySelectorAll('table.sortable')) {
  const titles = [...table.tHead.rows[0].cells];
  titles.forEach((title, column) => title.addEventListener('click', () => {
    const down = title.getAttribute('aria-sort') === 'ascending';
    for (const other of titles) other.removeAttribute('aria-sort');
    title.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const order = (a, b) => {
      const [x, y] = [a.cells[column].dataset.v, b.cells[column].dataset.v];
      if (x === '' || y === '') return (x === '') - (y === '');
      const less = x - y;
      return (Number.isNaN(less) ? x.localeCompare(y, 'en', { numeric: true }) : less) * (down ? -1 : 1);
    };
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort(order));
  }));
}
</script>`);
