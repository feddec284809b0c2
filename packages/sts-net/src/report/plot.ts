import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html } from './html.ts';

/**
 * A chart as SVG.
 *
 * @param text what the chart says, for readers who do not see it
 */
export function plot(options: Plot.PlotOptions, text: string): Html {
  const { document } = parseHTML('<html></html>');
  const svg = Plot.plot({ ...options, document: document as unknown as Document });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', text);
  return new Html(svg.outerHTML);
}
