// Which files of the repository are pages of the site, where they appear there, and where their links lead.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const github = 'https://github.com/sts-net/sts-net';

/** Folders of packages that are published, and of examples. */
export const packages = readdirSync(join(root, 'packages')).filter((folder) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return !manifest.private;
});
export const examples = readdirSync(join(root, 'examples')).filter((folder) =>
  existsSync(join(root, 'examples', folder, 'README.md')),
);

const addresses = new Map([
  ['CONTRIBUTING.md', 'contributing.md'],
  ['SECURITY.md', 'security.md'],
  ...packages.map((folder) => [`packages/${folder}/README.md`, `packages/${folder}.md`]),
  ...examples.map((folder) => [`examples/${folder}/README.md`, `examples/${folder}.md`]),
]);

/** Pages that stand for a folder or a file that has none. */
const standIns = new Map([
  ['README.md', 'index.md'],
  ['docs/adr', 'decisions.md'],
]);

/** @returns where a file of the repository appears on the site; undefined where it does not */
function addressOf(file) {
  const [, inside] = /^(?:docs|site\/pages|site\/generated)\/(.*\.md)$/.exec(file) ?? [];
  return addresses.get(file) ?? inside;
}

/** For VitePress, which looks for Markdown from the root on. */
export const rewrites = (file) => addressOf(file) ?? file;
export const srcExclude = [
  '!(CONTRIBUTING|SECURITY).md',
  '!(docs|site|packages|examples)/**/*',
  'site/!(pages|generated)/**/*',
  'packages/testing/**',
  'packages/*/!(README).md',
  'packages/*/*/**',
  'examples/*/*/**',
];

/**
 * Where a link leads on the site: to the page that the file became, else to the file on GitHub.
 *
 * @param href as the page has it
 * @param page path of the page's file from the root, `/` between folders
 * @throws {Error} where there is no such file
 */
export function linkOf(href, page) {
  const onNpm = /^https:\/\/www\.npmjs\.com\/package\/(?:@sts-net\/)?([\w-]+)(#.*)?$/.exec(href);
  if (onNpm !== null && packages.includes(onNpm[1]))
    return `/packages/${onNpm[1]}.md${onNpm[2] ?? ''}`;
  const [, path, rest] = /^([^?#]*)(.*)$/.exec(href);
  const [, onGithub] =
    /^https:\/\/github\.com\/sts-net\/sts-net\/(?:blob|tree)\/main\/(.*)$/.exec(path) ?? [];
  if (onGithub === undefined && (path === '' || /^(?:[a-z]+:|\/)/.test(path))) return href;
  const file = (
    onGithub ?? posix.normalize(posix.join(posix.dirname(page), decodeURI(path)))
  ).replace(/\/$/, '');
  if (!existsSync(join(root, file)))
    throw new Error(`${page} links to ${file}, which is not there`);
  const isFolder = statSync(join(root, file)).isDirectory();
  const address = standIns.get(file) ?? addressOf(isFolder ? `${file}/README.md` : file);
  return address === undefined
    ? `${github}/${isFolder ? 'tree' : 'blob'}/main/${file}${rest}`
    : `/${address}${rest}`;
}

/** @returns path of a file from the root, `/` between folders */
export const fromRoot = (file) => relative(root, file).split(sep).join('/');

/** @returns what a page's first heading says */
export const titleOf = (file) => /^# (.*)$/m.exec(readFileSync(join(root, file), 'utf8'))[1];
