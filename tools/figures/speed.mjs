// Draws docs/speed/ratios.svg and writes the tables of docs/speed.md, both from bench/results:
//
//   node tools/figures/speed.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../bench/results/', import.meta.url);
const docs = new URL('../../docs/', import.meta.url);
const font = 'font-family="system-ui, sans-serif"';
const colors = { faster: '#0072b2', slower: '#e69f00' };

/** Processors by their vectors, with how their ratios are drawn. */
const kinds = [
  { name: 'avx512', title: 'AVX-512', isFilled: true },
  { name: 'avx2', title: 'AVX2', isFilled: false },
];

/** Results of all comparisons by name, in alphabetic order: of each kind of processor that has some. */
export function readResults() {
  const all = kinds.flatMap((kind) =>
    readdirSync(new URL(`${kind.name}/`, folder)).map((file) => ({ kind, file })),
  );
  const names = [...new Set(all.map(({ file }) => file))].sort();
  return new Map(
    names.map((name) => [
      name.replace(/\.json$/, ''),
      all
        .filter(({ file }) => file === name)
        .map(({ kind, file }) => ({
          ...JSON.parse(readFileSync(new URL(`${kind.name}/${file}`, folder), 'utf8')),
          kind,
        })),
    ]),
  );
}

/** Dots at the median ratios on a logarithmic axis, with a line from quartile to quartile; a row for each task. */
export function drawRatios(results) {
  const found = [...results.values()]
    .flat()
    .flatMap(({ clock, kind, results }) => results.map((row) => ({ ...row, ...row[clock], kind })));
  const rows = [...new Set(found.map(({ task, peer }) => `${task}\n${peer}`))].map((key) => {
    const dots = found.filter(({ task, peer }) => `${task}\n${peer}` === key);
    return { task: dots[0].task, peer: dots[0].peer, dots };
  });
  const [left, right, top, line, width] = [260, 250, 44, 22, 940];
  const bottom = top + rows.length * line;
  const lowest = Math.min(...found.map(({ low }) => low)) / 1.2;
  const highest = Math.max(2, ...found.map(({ high }) => high)) * 1.2;
  const x = (ratio) =>
    left + ((width - left - right) * Math.log(ratio / lowest)) / Math.log(highest / lowest);
  const axis = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
    .filter((tick) => tick > lowest && tick < highest)
    .map((tick) => {
      const stroke = tick === 1 ? 'stroke="#222"' : 'stroke="#ddd"';
      return `<path d="M${round(x(tick))} ${top}V${bottom}" ${stroke}/>
${text(x(tick), bottom + 16, tick, 'middle')}`;
    });
  const lines = rows.map(({ task, peer, dots }, i) => {
    const y = top + (i + 0.5) * line;
    const marks = dots.map(({ ratio, low, high, kind }) => {
      const color = ratio <= 1 ? colors.faster : colors.slower;
      const fill = kind.isFilled ? color : '#fff';
      return `<path d="M${round(x(low))} ${y}H${round(x(high))}" stroke="${color}" stroke-width="${kind.isFilled ? 3 : 1}"/>
<circle cx="${round(x(ratio))}" cy="${y}" r="5" fill="${fill}" stroke="${color}" stroke-width="1.5"/>`;
    });
    const ratios = dots.map(({ ratio }) => short(ratio)).join(', ');
    return `${text(left - 10, y + 4, task, 'end')}
${marks.join('\n')}
${text(width - right + 10, y + 4, `${peer}: ${ratios}`, 'start')}`;
  });
  const legend = kinds.map(({ title, isFilled }) => `${isFilled ? '●' : '○'} ${title}`).join('   ');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 46}" viewBox="0 0 ${width} ${bottom + 46}" role="img">
<title>Our time over that of others, by task</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(left, 24, '← we take less time', 'start')}
${text(width - right, 24, 'others take less →', 'end')}
${text(10, 24, legend, 'start')}
${[...axis, ...lines].join('\n')}
${text((left + width - right) / 2, bottom + 36, 'our time / theirs', 'middle')}
</svg>
`;
}

/** The page with the tables that its marks enclose written anew. */
export function withTables(page, results) {
  return [...results].reduce((text, [name, ofKinds]) => {
    const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`docs/speed.md must hold ${start.trim()} and ${end}`);
    return `${text.slice(0, from + start.length)}\n${ofKinds.map(table).join('\n\n')}\n\n${text.slice(to)}`;
  }, page);
}

function table({ kind, date, clock, rounds, machine, versions, results }) {
  const rows = results.map(({ task, peer, ...row }) => {
    const { ratio, low, high, milliseconds, peerMilliseconds } = row[clock];
    return `| ${task} | ${peer} | **${short(ratio)}** | ${short(low)} to ${short(high)} | ${milliseconds} ms | ${peerMilliseconds} ms |`;
  });
  const tools = Object.entries(versions).map(([tool, version]) => `${tool} ${version}`);
  const load = `load ${machine.loadBefore} before, ${machine.loadAfter} after`;
  return `| task | against | ratio | quartiles | ours | theirs |
| --- | --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

${date}, ${rounds} rounds, ${clock === 'wall' ? "the wall's clock" : 'processor time'}. ${machine.processor}, cores: ${machine.cores} with ${kind.title}, ${machine.system}, ${load}. ${tools.join(', ')}.`;
}

const short = (ratio) => (ratio < 0.1 ? String(Number(ratio.toPrecision(1))) : ratio.toFixed(2));
const round = (value) => Math.round(10 * value) / 10;
const text = (x, y, content, anchor) =>
  `<text x="${round(x)}" y="${round(y)}" font-size="13" fill="#222" text-anchor="${anchor}" ${font}>${content}</text>`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = readResults();
  writeFileSync(new URL('speed/ratios.svg', docs), drawRatios(results));
  const page = new URL('speed.md', docs);
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), results));
}
