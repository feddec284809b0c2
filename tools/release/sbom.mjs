// Writes what the published packages consist of, with the versions of the lock file, as CycloneDX.
// Usage: node tools/release/sbom.mjs FILE
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const published = readdirSync(`${root}/packages`)
  .map((folder) => JSON.parse(readFileSync(`${root}/packages/${folder}/package.json`, 'utf8')))
  .filter((pkg) => !pkg.private);
const text = execFileSync(
  'npm',
  [
    ...[
      'sbom',
      '--sbom-format=cyclonedx',
      '--sbom-type=library',
      '--omit=dev',
      '--package-lock-only',
    ],
    ...published.flatMap(({ name }) => ['-w', name]),
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
);
const { components } = JSON.parse(text);
const missing = published.find(
  ({ name }) => !components.some((one) => one['bom-ref'] === `${name}@${one.version}`),
);
if (missing !== undefined)
  throw new Error(`${missing.name} is not among the ${components.length} components`);
writeFileSync(process.argv[2], text);
console.log(`${process.argv[2]}: ${components.length} components`);
