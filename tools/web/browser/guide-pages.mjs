// The `js` blocks of the guide and the README as pages: each runs as it stands, where the names are known that its
// text takes for granted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../..');
const texts = ['docs/guides/browser.md', 'packages/web/README.md'];

/** What a page around the blocks would have. */
const before = `
const fileInput = { files: [await scan()] };
const [filesOfA, maskOfA, filesOfB, maskOfB] = await Promise.all(
  ['patient19_FLAIR', 'patient19_GOLD', 'patient07_FLAIR', 'patient07_GOLD'].map((name) =>
    file('/served/cases/' + name + '.nii.gz'),
  ),
);
const published = await file('/model/weights.safetensors');
const show = () => {};
let segmenter;
`;

/** Where a block would take minutes. */
const shortened = [['steps: 200,', 'steps: 2,']];

/** Writes a page for each block into a folder of its own: their places in this folder, and what to remove. */
export function guidePages() {
  const folder = mkdtempSync(join(here, 'blocks-'));
  const pages = texts.flatMap((text) => blocksOf(text));
  const names = pages.map(({ title, code }, i) => {
    const page = join(folder, `block-${i + 1}.mjs`);
    writeFileSync(page, pageOf(code));
    return { title, page: relative(here, page) };
  });
  return { pages: names, remove: () => rmSync(folder, { recursive: true }) };
}

/** Blocks that NiiVue is needed for run in the viewer. */
function blocksOf(text) {
  const markdown = readFileSync(join(root, text), 'utf8');
  return [...markdown.matchAll(/^```js\n([\s\S]*?)^```/gm)]
    .map(([, code], i) => ({ title: `${text}, block ${i + 1}`, code }))
    .filter(({ code }) => !code.includes('niivue'));
}

function pageOf(block) {
  const code = shortened.reduce((all, [from, to]) => all.replace(from, to), block);
  const imports = code.match(/^import .*;$/gm) ?? [];
  const rest = code.replaceAll(/^import .*;$/gm, '');
  return `${imports.join('\n')}
import { answer, file, scan } from '../lane-page.mjs';
await answer(async () => {
  ${before}
  await (async () => {
    ${rest}
  })();
  return { note: 'runs' };
});
`;
}
