import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`);
const readmesIn = (parent: string): readonly string[] =>
  readdirSync(join(root, parent))
    .map((folder) => `${parent}/${folder}/README.md`)
    .filter((file) => existsSync(join(root, file)));

/** Every README, page and guide, from the root. */
export const pages: readonly string[] = [
  'README.md',
  ...['docs', 'docs/guides'].flatMap(markdownIn),
  ...['packages', 'examples'].flatMap(readmesIn),
];

/** The code blocks of a page whose fence says exactly `language`. */
export function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll('\r\n', '\n');
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```/gm)]
    .filter(([, fence]) => fence === language)
    .map(([, , code]) => code!);
}
