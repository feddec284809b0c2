import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { fromRoot, github, linkOf, rewrites, root, srcExclude } from '../pages.mjs';
import { nav, sidebar } from './navigation.mjs';

const base = '/sts-net/';

export default defineConfig({
  title: 'sts-net',
  description:
    'Finds very small targets in medical images. TypeScript from reading DICOM to training.',
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', href: `${base}favicon.svg` }]],
  // Pages stay where GitHub shows them.
  srcDir: '..',
  srcExclude,
  rewrites,
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // What explains before what lists.
          searchOptions: { boostDocument: (id) => (id.includes('/api/') ? 0.5 : 1) },
        },
      },
    },
    socialLinks: [{ icon: 'github', link: github }],
    editLink: { pattern: `${github}/edit/main/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0. Sample images: Lesjak et al. 2018, CC BY.' },
  },
  markdown: {
    anchor: { slugify: placeOf },
    config(md) {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        const file = env.realPath ?? env.path;
        // Titles are rendered by themselves, after the page that they are of.
        if (file === undefined) return;
        const page = fromRoot(file);
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type !== 'link_open') continue;
          token.attrSet('href', linkOf(token.attrGet('href'), page));
        }
      });
    },
  },
  transformPageData(page) {
    if (!page.filePath.startsWith('site/generated/')) return;
    // Written from the sources: there is nothing to edit.
    page.frontmatter.editLink = false;
    page.frontmatter.pageClass = 'generated';
  },
  vite: { publicDir: join(root, 'site/public'), build: { chunkSizeWarningLimit: 2000 } },
});

/** A heading's place in its page as GitHub calls it, so that links hold in both. */
function placeOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
