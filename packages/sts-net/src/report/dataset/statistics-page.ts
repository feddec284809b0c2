import type { ManifestStatistics } from '@sts-net/datasets';
import { areaTable, partTable } from '../../tables/lesion-table.ts';
import { areaHistogram } from '../area-histogram.ts';
import { type Html, html, htmlPage, htmlTable } from '../html.ts';

/** Numbers and pictures of a data set as one page. */
export function statisticsPage(
  title: string,
  statistics: ManifestStatistics,
  smallest: Html,
): string {
  const { targets, limits } = statistics;
  const unit = targets.some(({ item }) => item.size[0] > 1) ? 'slice' : 'image';
  const { n1, n2 } = limits;
  const source = limits.name === 'training' ? 'the training split' : 'all images';
  const areas = targets.map(({ area }) => area);
  const pictures =
    areas.length === 0
      ? html`<p>No image has a target.</p>`
      : html`<h2>Areas of the targets</h2>
<figure>${areaHistogram({ areas, marks: { N2: n2, N1: n1 }, unit })}
<figcaption>N1 is the mean area of the targets in ${source}, rounded up to a square, and N2 half of it,
rounded up likewise (Zhao et al., Eq. 1–2): below N1 method 1 of the amplification makes copies, below N2
methods 2 to 4.</figcaption></figure>
${htmlTable(areaTable(targets))}
<h2>The smallest targets</h2>
<p>Each ${unit} twice: as it is, and with the outline of its target.</p>
${smallest}`;
  const body = html`<h1>${title}</h1>
${htmlTable(partTable(statistics))}
${pictures}`;
  return htmlPage(title, body);
}
