import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

/**
 * VitePress looks whether the pages of links are there. This looks for the places in them.
 *
 * @param folder of the built site
 * @throws {Error} that lists links into a page of the site that lead nowhere
 */
export function checkAnchors(folder, base = '/sts-net/') {
  const pages = new Map(
    htmlIn(folder).map((file) => {
      const html = readFileSync(join(folder, file), 'utf8');
      const places = new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
      const links = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, href]) => href);
      return [file.split(sep).join('/'), { places, links }];
    }),
  );
  const dead = [...pages].flatMap(([page, { links }]) =>
    [...new Set(links)].filter((href) => !leads(href, page)).map((href) => `${page}: ${href}`),
  );
  if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join('\n')}`);

  function leads(href, page) {
    if (/^[a-z]+:/.test(href)) return true;
    const [path, place] = decodeURI(href).split('#');
    const absolute = posix.resolve(`${base}${posix.dirname(page)}`, path);
    const inside = `${absolute}/`.startsWith(base) ? absolute.slice(base.length) : undefined;
    const file = path === '' ? page : inside === '' ? 'index.html' : inside;
    const target = pages.get(file) ?? pages.get(`${file}/index.html`);
    return target !== undefined && (!place || target.places.has(place));
  }
}

const htmlIn = (folder) =>
  readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.html'));
