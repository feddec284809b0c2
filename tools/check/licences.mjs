// The licences of everything that npm installs with the published packages, and of what is needed to build
// and test them. Of the first, permissive ones only. Usage: node tools/check/licences.mjs [--list]
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const { packages } = read('package-lock.json');

/** What may be passed on with no other duty than to name whose it is. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);
/**
 * What tools may have besides, none of which is passed on: MPL-2.0 binds those who change the tool itself,
 * CC-BY-4.0 those who pass on its data.
 */
const ofTools = new Set(['CC-BY-4.0', 'MPL-2.0']);
/** Licences that a lock file does not say, as they were read in the package. */
const known = { spawndamnit: 'MIT' };

/** The place in the lock file of what a package asks for by name. */
function placeOf(name, from) {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))
  ) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place] !== undefined)
      return packages[place].link ? packages[place].resolved : place;
    if (folder === '') return undefined;
  }
}

/** Everything that is installed with packages: dependencies, optional ones, and peers that are there. */
function installedWith(places) {
  const seen = new Set();
  const todo = [...places];
  for (let place = todo.pop(); place !== undefined; place = todo.pop()) {
    if (seen.has(place)) continue;
    seen.add(place);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      packages[place];
    const peers = Object.keys({ ...peerDependencies }).filter(
      (name) => !peerDependenciesMeta?.[name]?.optional,
    );
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const next = placeOf(name, place);
      if (next !== undefined) todo.push(next);
    }
  }
  return seen;
}

const published = readdirSync(new URL('packages/', root))
  .map((folder) => `packages/${folder}`)
  .filter((place) => !read(`${place}/package.json`).private);
const passedOn = installedWith(published);

/** Whether a licence, or one of several to choose from, or each of several that hold together, is allowed. */
function isAllowed(licence, allowed) {
  const text = licence.replace(/[()]/g, '');
  return text.split(' OR ').some((one) => one.split(' AND ').every((part) => allowed.has(part)));
}

const counts = { passed: new Map(), tools: new Map() };
const wrong = [];
for (const [place, { license, link, version }] of Object.entries(packages)) {
  if (!place.includes('node_modules/') || link) continue;
  const name = place.replace(/.*node_modules\//, '');
  // What is for other systems and cannot be had here has that of the package it is a part of.
  const isElsewhere = license === undefined && packages[place].optional === true;
  const licence = known[name] ?? license ?? (isElsewhere ? 'as its package' : 'unknown');
  const isPassedOn = passedOn.has(place);
  const allowed = isPassedOn ? permissive : new Set([...permissive, ...ofTools]);
  if (!isElsewhere && !isAllowed(licence, allowed)) wrong.push(`${name}@${version}: ${licence}`);
  const count = isPassedOn ? counts.passed : counts.tools;
  count.set(licence, [...(count.get(licence) ?? []), `${name}@${version}`]);
}
for (const [title, count] of [
  ['installed with the published packages', counts.passed],
  ['for building and testing alone', counts.tools],
]) {
  console.log(`${title}:`);
  for (const [licence, names] of [...count].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`  ${licence}: ${names.length}`);
    if (process.argv.includes('--list'))
      for (const name of names.sort()) console.log(`    ${name}`);
  }
}
if (wrong.length > 0) {
  console.error(`licences that are not permissive, or unknown:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
