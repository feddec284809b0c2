// Holds the inside of every package to floors: folders are rooms, and arrows (imports, those of types
// too) between rooms only point down, so that neither folders nor files go round in a circle. Prints
// the circles and exits 1 if there are any; with --print also how many floors and arrows there are.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const importPath = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

let circles = 0;
for (const name of readdirSync(join(root, 'packages'))) {
  const source = join(root, 'packages', name, 'src');
  const files = new Map([...walk(source)].map((file) => [file, importsOf(file)]));
  const rooms = new Map();
  for (const [file, imports] of files) {
    const room = dirname(file);
    const below = rooms.get(room) ?? rooms.set(room, new Set()).get(room);
    for (const target of imports) if (dirname(target) !== room) below.add(dirname(target));
  }
  for (const [what, graph] of [
    ['folders', rooms],
    ['files', files],
  ]) {
    for (const circle of circlesOf(graph)) {
      circles++;
      console.error(
        `packages/${name}: ${what} in a circle: ${circle.map((path) => relative(source, path) || 'src').join(', ')}`,
      );
      const arrows = circle.flatMap((from) => arrowsOf(files, what, from, circle));
      for (const arrow of arrows.slice(0, 12)) console.error(`  ${arrow}`);
      if (arrows.length > 12) console.error(`  and ${arrows.length - 12} more`);
    }
  }
  if (process.argv.includes('--print')) {
    const arrows = [...rooms.values()].reduce((sum, below) => sum + below.size, 0);
    const lines = [...files.keys()].map(
      (file) => readFileSync(file, 'utf8').split('\n').length - 1,
    );
    const median = lines.sort((a, b) => a - b)[lines.length >> 1];
    console.log(
      `${name}: ${files.size} files, ${lines.reduce((a, b) => a + b, 0)} lines (median ${median}), ${rooms.size} rooms, ${floors(rooms)} floors, ${arrows} arrows`,
    );
  }
}
if (circles > 0) process.exit(1);
console.log('tools/check: inside every package arrows only point down');

/** The imports by which a room or file takes part in a circle. */
function arrowsOf(files, what, from, circle) {
  const place = (path) => (what === 'files' ? path : dirname(path));
  const found = [];
  for (const [file, imports] of files) {
    if (place(file) !== from) continue;
    for (const target of imports) {
      const to = place(target);
      if (to !== from && circle.includes(to)) {
        found.push(`${relative(root, file)} -> ${relative(root, target)}`);
      }
    }
  }
  return found;
}

function importsOf(file) {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return new Set([...code.matchAll(importPath)].map(([, path]) => resolve(dirname(file), path)));
}

/** Strongly connected components of more than one node (Tarjan). */
function circlesOf(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (stack.includes(next)) {
        low.set(node, Math.min(low.get(node), index.get(next)));
      }
    }
    if (low.get(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1) found.push(members.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** The longest way down. */
function floors(graph) {
  const height = new Map();
  const of = (node, above = new Set()) => {
    if (above.has(node)) return 0;
    if (!height.has(node)) {
      const below = [...(graph.get(node) ?? [])].map((next) => of(next, new Set([...above, node])));
      height.set(node, 1 + Math.max(0, ...below));
    }
    return height.get(node);
  };
  return Math.max(0, ...[...graph.keys()].map((node) => of(node)));
}

function* walk(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (path.endsWith('.ts')) yield path;
  }
}
