// Draws the pictures of docs/metrics.md into docs/metrics; every number in them is computed here by
// @sts-net/metrics.
//
//   npm run build && node tools/figures/metrics.mjs
//
// The real masks are of patient 07 of the Open MS data, see packages/metrics/test/fixtures/ATTRIBUTION.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import {
  averageSymmetricSurfaceDistance,
  confusion,
  dice,
  hausdorffDistance,
  lesionWise,
  normalizedSurfaceDice,
  paperProtocol,
  precision,
  recall,
  surfaceDistances,
  volumetricSimilarity,
} from '@sts-net/metrics';
import { precisionRecallCurve, rocCurve, thresholdSweep } from '@sts-net/metrics/curves';

const colors = { both: '#555555', missed: '#0072b2', false: '#e69f00' };
const font = 'font-family="system-ui, sans-serif"';

/** A mask of pixels for which `inside(x, y)`. */
function mask(width, height, inside) {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    inside(i % width, Math.floor(i / width)) ? 1 : 0,
  );
  return { data, shape: [height, width] };
}

const disc = (cx, cy, radius) => (x, y) => (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2;
const any =
  (...shapes) =>
  (x, y) =>
    shapes.some((shape) => shape(x, y));
const none = () => false;

const two = (value) => value.toFixed(2);
const mm = (value) => `${value.toFixed(1)} mm`;

/** The scores of one pair as lines of text. */
function overlapLines({ prediction, truth }) {
  const counts = confusion(prediction, truth);
  return [
    `Dice ${two(dice(counts))}`,
    `precision ${two(precision(counts))}, recall ${two(recall(counts))}`,
  ];
}

function surfaceLines({ prediction, truth, spacing = [1, 1], tolerance = 1 }) {
  const distances = surfaceDistances(prediction, truth, { spacing });
  const percentile = 95;
  return [
    `HD ${mm(hausdorffDistance(distances))}, HD95 ${mm(hausdorffDistance(distances, { percentile }))}`,
    `average ${mm(averageSymmetricSurfaceDistance(distances))}`,
    `surface Dice at ${tolerance} mm: ${two(normalizedSurfaceDice(distances, { tolerance }))}`,
  ];
}

function lesionLines({ prediction, truth }) {
  const { found, missed, falsePositives } = lesionWise(prediction, truth);
  return [`lesions found ${found} of ${found + missed}, ${falsePositives} false`];
}

/** The figures: name, what a screen reader says, panels. */
function pixelFigures() {
  const size = 28;
  const at = (inside) => mask(size, size, inside);
  const lesion = disc(13, 13, 7);
  const pair = (title, prediction, truth = lesion, lines = overlapLines) => {
    const one = { title, prediction: at(prediction), truth: at(truth) };
    return { ...one, lines: [lines].flat().flatMap((of) => of(one)) };
  };
  const real = realSlice();
  const spots = any(disc(4, 4, 1.5), disc(23, 5, 1.5), disc(5, 23, 1.5), disc(23, 23, 1.5));
  const realPair = (title, prediction) => {
    const one = { title, prediction, truth: real };
    return { ...one, lines: [overlapLines, lesionLines].flatMap((of) => of(one)) };
  };
  const thick = (title, shift, spacing) => {
    const one = {
      title,
      spacing,
      cell: [spacing[1] * 5, spacing[0] * 5],
      truth: mask(26, 9, (x, y) => x >= 5 && x < 19 && y >= 2 && y < 6),
      prediction: mask(
        26,
        9,
        (x, y) => x - shift[1] >= 5 && x - shift[1] < 19 && y - shift[0] >= 2 && y - shift[0] < 6,
      ),
    };
    return { ...one, lines: [...overlapLines(one), ...surfaceLines(one)] };
  };
  return {
    'same-dice': [
      'Four different errors with almost the same Dice',
      [
        pair('moved', disc(15, 13, 7)),
        pair('too small', disc(13, 13, 5.7)),
        pair('too large', disc(13, 13, 8.5)),
        pair('a false lesion', any(lesion, disc(22.6, 22.6, 4.6))),
      ],
    ],
    size: [
      'The same error of one pixel on lesions of four sizes',
      [9, 5, 2.5, 1.2].map((radius) =>
        pair(`radius ${radius} px`, disc(14, 13, radius), disc(13, 13, radius), [
          overlapLines,
          surfaceLines,
        ]),
      ),
    ],
    stray: [
      'Boundary scores of a good mask, with stray pixels, with a rough edge',
      [
        pair('close', disc(13, 13, 7.6), lesion, [overlapLines, surfaceLines]),
        pair('one stray pixel', any(lesion, disc(27, 27, 0.5)), lesion, [
          overlapLines,
          surfaceLines,
        ]),
        pair('a stray group', any(lesion, disc(25, 25, 2)), lesion, [overlapLines, surfaceLines]),
        pair('half missed', (x, y) => lesion(x, y) && x < 14, lesion, [overlapLines, surfaceLines]),
      ],
    ],
    'many-lesions': [
      'One large and four small lesions: what pixels say and what lesions say',
      [
        pair('only the large one', lesion, any(lesion, spots), [overlapLines, lesionLines]),
        pair('all, the large one too small', any(disc(13, 13, 5), spots), any(lesion, spots), [
          overlapLines,
          lesionLines,
        ]),
      ],
    ],
    'real-lesions': [
      'A slice with multiple-sclerosis lesions and two predictions simulated from it',
      [
        realPair('the larger ones only', largest(real)),
        realPair('all, some pixels off', shifted(real)),
      ],
    ],
    volume: [
      'The right volume in the wrong place',
      [
        pair('right volume, wrong place', disc(20, 20, 5), disc(7, 7, 5), volumeLines),
        pair('right place, half the volume', disc(13, 13, 4.9), lesion, volumeLines),
      ],
    ],
    'thick-slices': [
      'A shift of one pixel in a scan with slices of 5 mm',
      [
        thick('one pixel to the side: 0.5 mm', [0, 1], [5, 0.5]),
        thick('one slice down: 5 mm', [1, 0], [5, 0.5]),
      ],
    ],
    empty: [
      'Slices with nothing to find',
      [
        pair('nothing there, nothing found', none, none, emptyLines),
        pair('nothing there, a false alarm', disc(18, 9, 2), none, emptyLines),
        pair('missed', none, disc(9, 18, 2), emptyLines),
      ],
    ],
  };
}

function volumeLines({ prediction, truth }) {
  const counts = confusion(prediction, truth);
  return [
    `volumetric similarity ${two(volumetricSimilarity(counts))}`,
    `Dice ${two(dice(counts))}`,
  ];
}

function emptyLines({ prediction, truth }) {
  const protocol = paperProtocol();
  protocol.add(prediction, truth, 'slice');
  const { paper, images } = protocol.result();
  return [
    `Dice ${two(dice(confusion(prediction, truth)))}`,
    `mDice with background ${images.skipped > 0 ? 'none: left out' : two(paper.mDice)}`,
  ];
}

/** The slice of the real lesion mask with the most lesions. */
function realSlice() {
  const path = '../../packages/metrics/test/fixtures/masks-open-ms.json';
  const [{ shape, truth }] = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const data = new Uint8Array(inflateSync(Buffer.from(truth, 'base64')));
  const [slices, rows, columns] = shape;
  const all = Array.from({ length: slices }, (_, k) => ({
    data: data.slice(k * rows * columns, (k + 1) * rows * columns),
    shape: [rows, columns],
  }));
  const count = (slice) => lesionWise(slice, slice).found;
  return all.reduce((best, slice) => (count(slice) > count(best) ? slice : best));
}

/** The lesions that hold four fifths of all pixels, the largest first. */
function largest(truth) {
  const kept = new Uint8Array(truth.data.length);
  const all = truth.data.reduce((sum, value) => sum + value, 0);
  const { lesions } = lesionWise(truth, truth);
  let held = 0;
  for (const lesion of lesions.toSorted((a, b) => b.size - a.size)) {
    if (held >= 0.8 * all) break;
    held += lesion.size;
    const { start, end } = lesion.box;
    for (let y = start[0]; y < end[0]; y++)
      for (let x = start[1]; x < end[1]; x++) {
        const i = y * truth.shape[1] + x;
        kept[i] |= truth.data[i];
      }
  }
  return { data: kept, shape: truth.shape };
}

/** Each pixel moved by one to the right and down. */
function shifted({ data, shape: [height, width] }) {
  return mask(width, height, (x, y) => x > 0 && y > 0 && data[(y - 1) * width + x - 1] === 1);
}

/** One picture of panels side by side. */
function drawPanels(description, panels) {
  const gap = 24;
  const [top, line] = [52, 18];
  const boxes = panels.map(({ truth, cell, title, lines }) => {
    const [height, width] = truth.shape;
    const side = Math.min(7, 330 / width);
    const [w, h] = cell ?? [side, side];
    // Some 7 px a letter: wide enough for system fonts.
    const letters = Math.max(title.length * 1.15, ...lines.map(({ length }) => length));
    return { w, h, width: Math.max(width * w, 7 * letters), inner: width * w, height: height * h };
  });
  const tallest = Math.max(...boxes.map(({ height }) => height));
  const count = Math.max(...panels.map((panel) => panel.lines.length));
  const width = boxes.reduce((sum, box) => sum + box.width + gap, gap);
  const height = top + 26 + tallest + 10 + count * line + 10;
  let left = gap;
  const drawn = panels.map((panel, i) => {
    const { w, h, inner, height: own, width: box } = boxes[i];
    const x0 = left;
    left += box + gap;
    const texts = panel.lines.map((text, k) =>
      label(x0, top + 26 + tallest + 24 + k * line, text, 'font-size="13"'),
    );
    return [
      label(x0, top + 14, panel.title, 'font-size="14" font-weight="600"'),
      `<g transform="translate(${round(x0)} ${top + 26})">`,
      `<rect width="${round(inner)}" height="${round(own)}" fill="#f4f4f4" stroke="#999"/>`,
      ...runs(panel, w, h),
      '</g>',
      ...texts,
    ].join('\n');
  });
  return svg(width, height, description, [legend(gap), ...drawn]);
}

/** Runs of equal pixels of a row, one rectangle each. */
function runs({ prediction, truth }, w, h) {
  const [height, width] = truth.shape;
  const kind = (i) =>
    truth.data[i] === 1
      ? prediction.data[i] === 1
        ? 'both'
        : 'missed'
      : prediction.data[i] === 1
        ? 'false'
        : undefined;
  const out = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const own = kind(y * width + x);
      let end = x + 1;
      while (end < width && kind(y * width + end) === own) end++;
      if (own !== undefined) {
        out.push(
          `<rect x="${round(x * w)}" y="${round(y * h)}" width="${round((end - x) * w)}" height="${round(h)}" fill="${colors[own]}"/>`,
        );
      }
      x = end;
    }
  }
  return out;
}

function legend(x0) {
  const entries = [
    ['both', 'found'],
    ['missed', 'missed'],
    ['false', 'false'],
  ];
  return entries
    .map(
      ([kind, text], i) =>
        `<rect x="${x0 + i * 90}" y="16" width="14" height="14" fill="${colors[kind]}"/>\n${label(x0 + i * 90 + 20, 28, text, 'font-size="13"')}`,
    )
    .join('\n');
}

/** ROC and precision-recall of one simulated detector of a rare target. */
function drawCurves() {
  const pixels = 100_000;
  const truth = Uint8Array.from({ length: pixels }, (_, i) => (i % 1000 === 0 ? 1 : 0));
  // Evenly spread in place of random: most of the background scores low, a few per cent as high as the target.
  const prediction = Float64Array.from({ length: pixels }, (_, i) => {
    const spread = ((i * 7919) % pixels) / pixels;
    return truth[i] === 1 ? 0.5 + 0.007 * (((i / 1000) * 61) % 100) : spread ** 20;
  });
  const sweep = thresholdSweep(prediction, truth);
  const roc = rocCurve(sweep);
  const pr = precisionRecallCurve(sweep);
  const side = 200;
  const plot = (x0, title, xName, yName, xs, ys, line) => {
    const points = Array.from(xs, (x, i) => [x * side, (1 - ys[i]) * side])
      .filter(([, y]) => Number.isFinite(y))
      .map(([x, y]) => `${Math.round(x)},${Math.round(y)}`)
      .filter((point, i, all) => point !== all[i - 1]);
    return [
      label(x0, 26, title, 'font-size="14" font-weight="600"'),
      `<g transform="translate(${x0} 38)">`,
      `<rect width="${side}" height="${side}" fill="#f4f4f4" stroke="#999"/>`,
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colors.missed}" stroke-width="2"/>`,
      label(0, side + 18, `${xName}, 0 to 1`, 'font-size="12"'),
      `<text x="-8" y="${side}" transform="rotate(-90 -8 ${side})" font-size="12" fill="#333" ${font}>${yName}, 0 to 1</text>`,
      '</g>',
      label(x0, side + 80, line, 'font-size="13"'),
    ].join('\n');
  };
  return svg(540, 300, 'ROC and precision-recall curve of one detector of a rare target', [
    plot(
      40,
      'ROC',
      'false positive rate',
      'recall',
      roc.falsePositiveRate,
      roc.truePositiveRate,
      `area ${two(roc.area)}`,
    ),
    plot(
      310,
      'precision and recall',
      'recall',
      'precision',
      pr.recall,
      pr.precision,
      `average precision ${two(pr.averagePrecision)}`,
    ),
  ]);
}

function label(x, y, text, attributes) {
  return `<text x="${round(x)}" y="${round(y)}" fill="#222" ${attributes} ${font}>${text}</text>`;
}

const round = (value) => String(Math.round(value * 100) / 100);

function svg(width, height, description, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img">
<title>${description}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** The text of each picture, by the name of its file. */
export function pictures() {
  const drawn = Object.entries(pixelFigures()).map(([name, [description, panels]]) => [
    `${name}.svg`,
    drawPanels(description, panels),
  ]);
  return new Map([...drawn, ['curves.svg', drawCurves()]]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of pictures()) {
    writeFileSync(new URL(`../../docs/metrics/${name}`, import.meta.url), text);
  }
}
