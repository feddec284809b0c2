// Builds the site into site/.vitepress/dist: node site/build.mjs [--dev | --serve]
//   --dev     shows the pages while they are written
//   --serve   shows what was built, on 127.0.0.1
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer, serve } from 'vitepress';
import { checkAnchors } from './anchors.mjs';
import { writeApi } from './api.mjs';
import { root, titleOf } from './pages.mjs';

const site = join(root, 'site');
const [mode] = process.argv.slice(2);

if (mode === '--serve') {
  await serve({ root: site, port: 4173 });
} else {
  rmSync(join(site, 'generated'), { recursive: true, force: true });
  await writeApi();
  writeDecisions();
  if (mode === '--dev') {
    const server = await createServer(site);
    await server.listen();
    server.printUrls();
  } else {
    await build(site);
    checkAnchors(join(site, '.vitepress/dist'));
  }
}

function writeDecisions() {
  const decisions = readdirSync(join(root, 'docs/adr'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `- [${titleOf(`docs/adr/${name}`)}](../../docs/adr/${name})`);
  const text = `# Decisions

What a reader of the code would question, and why it is as it is. Newer ones may replace older ones, and say so.

${decisions.join('\n')}
`;
  mkdirSync(join(site, 'generated'), { recursive: true });
  writeFileSync(
    join(site, 'generated/decisions.md'),
    text.replaceAll(/^- \[(\d+)\. /gm, '- [$1 · '),
  );
}
