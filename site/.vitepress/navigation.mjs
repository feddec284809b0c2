import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from '../api.mjs';
import { examples, packages, root, titleOf } from '../pages.mjs';

const list = (text, items, options = {}) => ({
  text,
  items: Object.entries(items).map(([link, name]) => ({ link, text: name })),
  ...options,
});
const guides = {
  '/guides/datasets': 'Your own data',
  '/guides/training': 'Train',
  '/guides/operating-point': 'Choose an operating point',
  '/guides/scoring': 'Score masks',
  '/guides/esca': 'ESCA in your model',
  '/guides/own-parts': 'Parts of your own',
  '/guides/ablation': 'The ablation grid',
  '/guides/clusters': 'Clusters',
  '/guides/serving': 'Serve and watch',
  '/guides/engines': 'Engines',
  '/guides/browser': 'In the browser',
};
const nameOf = (folder) => (folder === 'sts-net' ? folder : `@sts-net/${folder}`);

export const nav = [
  { text: 'Start', link: '/start' },
  list('Guides', guides),
  { text: 'Evidence', link: '/evidence' },
  { text: 'Packages', link: '/packages/sts-net' },
  { text: 'API', link: '/api/' },
];

const decisions = readdirSync(join(root, 'docs/adr')).map((file) => [
  `/adr/${file.replace(/\.md$/, '')}`,
  titleOf(`docs/adr/${file}`),
]);

export const sidebar = {
  '/api/': [
    {
      text: 'API reference',
      link: '/api/',
      items: packages.map((folder) => {
        const own = entries.filter(({ name }) => `${name}/`.startsWith(`${nameOf(folder)}/`));
        const [main, ...others] = own.map(({ name }) => ({ text: name, link: `/api/${name}` }));
        return others.length === 0 ? main : { ...main, collapsed: true, items: others };
      }),
    },
  ],
  '/adr/': [list('Decisions', Object.fromEntries([['/decisions', 'All'], ...decisions]))],
  '/': [
    list('', {
      '/start': 'Start in five minutes',
      '/features': 'What is there',
      '/missing': 'What is missing',
    }),
    list('Guides', guides),
    list('Scores and evidence', {
      '/metrics': 'What a score says',
      '/speed': 'Speed',
      '/evidence': 'Evidence',
      '/networks': 'Networks',
    }),
    list(
      'Packages',
      Object.fromEntries(packages.map((folder) => [`/packages/${folder}`, nameOf(folder)])),
      { collapsed: true },
    ),
    list(
      'Examples',
      Object.fromEntries(
        examples.map((folder) => [`/examples/${folder}`, titleOf(`examples/${folder}/README.md`)]),
      ),
      { collapsed: true },
    ),
    list('How it is made', {
      '/architecture': 'Architecture',
      '/decisions': 'Decisions',
      '/contributing': 'Contributing',
      '/security': 'Security',
    }),
  ],
};
