// Draws docs/architecture.svg: the packages as floors, by what each depends on, so that the picture
// says what package.json says. Usage: node tools/figures/architecture.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What each package is, in a line or two, and where it runs. */
const about = {
  'sts-net': ['configs, runs, reports, commands', 'Node'],
  web: ['models in a page: worker, cache, lists', 'any'],
  experiment: ['configs, cases, batches', 'any'],
  datasets: ['manifests, splits, leaks, checks', 'Node'],
  training: ['losses, samplers, the loop', 'any'],
  inference: ['preprocessing, predictors, labels', 'any'],
  model: ['networks, weights, counts', 'any'],
  backbones: ['encoders', 'any'],
  decoders: ['decoders', 'any'],
  networks: ['whole networks', 'any'],
  'layers-core': ['layers that TensorFlow.js lacks', 'any'],
  'layers-esca': ['ESCA alone', 'any'],
  'layers-attention': ['SE, CBAM, GCT, SRM', 'any'],
  backend: ['picks an engine', 'any'],
  'tfjs-backend-ort': ['an engine on ONNX Runtime', 'Node'],
  views: ['views into arrays', 'any'],
  'volume-io': ['volumes, images, slices, labels', 'any'],
  amplify: ['small lesions, more often', 'any'],
  metrics: ['scores', 'any'],
};

const below = new Map();
for (const folder of readdirSync(join(root, 'packages'))) {
  const pkg = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  if (pkg.private) continue;
  const own = Object.keys({ ...pkg.dependencies, ...pkg.optionalDependencies });
  below.set(
    folder,
    own.filter((name) => name.startsWith('@sts-net/')).map((name) => name.slice(9)),
  );
}

/** The longest way down; a package stands just under the lowest of those that use it. */
const depth = (folder) => Math.max(0, ...below.get(folder).map((name) => 1 + depth(name)));
const highest = Math.max(...[...below.keys()].map(depth));
const floors = Array.from({ length: highest + 1 }, (_, level) =>
  [...below.keys()].filter((folder) => depth(folder) === level),
);

const [boxWidth, boxHeight, gapX, gapY, margin] = [222, 56, 16, 54, 20];
const widest = Math.max(...floors.map(({ length }) => length));
const width = 2 * margin + widest * boxWidth + (widest - 1) * gapX;
const height = 2 * margin + floors.length * boxHeight + (floors.length - 1) * gapY;
const place = new Map();
for (const [level, folders] of floors.entries()) {
  const row = folders.length * boxWidth + (folders.length - 1) * gapX;
  for (const [i, folder] of folders.entries()) {
    place.set(folder, {
      x: (width - row) / 2 + i * (boxWidth + gapX),
      y: margin + (floors.length - 1 - level) * (boxHeight + gapY),
    });
  }
}

/** Only arrows that say something new: not to what a package below leads to as well. */
const reaches = (from, to) => below.get(from).some((name) => name === to || reaches(name, to));
const arrows = [...below].flatMap(([from, names]) =>
  names
    .filter((to) => !names.some((other) => other !== to && reaches(other, to)))
    .map((to) => ({ from: place.get(from), to: place.get(to) })),
);

const lines = arrows.map(({ from, to }) => {
  const [x1, y1, x2, y2] = [
    from.x + boxWidth / 2,
    from.y + boxHeight,
    to.x + boxWidth / 2,
    to.y - 5,
  ];
  const bend = (y2 - y1) / 2;
  return `<path d="M${x1},${y1} C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}" marker-end="url(#tip)"/>`;
});
const boxes = [...place].map(([folder, { x, y }]) => {
  const [text, where] = about[folder];
  const name = folder === 'sts-net' ? folder : `@sts-net/${folder}`;
  return `<g class="${where === 'any' ? 'any' : 'node'}"><rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="7"/>
<text class="name" x="${x + boxWidth / 2}" y="${y + 23}">${name}</text>
<text class="about" x="${x + boxWidth / 2}" y="${y + 42}">${text}</text></g>`;
});

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + 26}" role="img" font-family="system-ui, sans-serif">
<title>The packages and what each depends on; arrows only point down</title>
<style>
rect { fill: #fff; stroke-width: 1.5 } .any rect { stroke: #0072b2; fill: #f2f8fc } .node rect { stroke: #8a5a00; fill: #fdf7ec }
text { text-anchor: middle; fill: #1a1a1a } .name { font-size: 14px; font-weight: 600 } .about { font-size: 11px; fill: #444 }
path { fill: none; stroke: #888; stroke-width: 1.2 } .key { font-size: 12px; text-anchor: start }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,1 L6,4 L0,7" stroke="#888"/></marker></defs>
<rect width="${width}" height="${height + 26}" style="fill:#fff"/>
${lines.join('\n')}
${boxes.join('\n')}
<g class="any"><rect x="${margin}" y="${height + 2}" width="14" height="14" rx="3"/></g><text class="key" x="${margin + 22}" y="${height + 14}">runs in Node and in browsers</text>
<g class="node"><rect x="${margin + 230}" y="${height + 2}" width="14" height="14" rx="3"/></g><text class="key" x="${margin + 252}" y="${height + 14}">needs Node</text>
</svg>
`;
writeFileSync(join(root, 'docs/architecture.svg'), svg);
