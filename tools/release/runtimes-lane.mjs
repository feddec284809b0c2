// Runs the smoke test of each package that promises to run anywhere in Deno and in Bun, which npm has; they go into
// a folder of their own. Needs what `npm run build` makes. About a minute.
//
//   node tools/release/runtimes-lane.mjs [package …]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = { deno: '2.9.6', bun: '1.4.5' };
const smoke = fileURLToPath(new URL('../check/smoke/', import.meta.url));
const wanted = process.argv.slice(2);
const packages = readdirSync(smoke)
  .map((file) => file.replace('.mjs', ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'));
let failed = 0;
try {
  const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const runtimes = {
    deno: ['run', '--allow-all', '--node-modules-dir=manual'],
    bun: ['run'],
  };
  for (const [name, args] of Object.entries(runtimes)) {
    const program = join(folder, 'node_modules/.bin', name);
    const problems = packages.flatMap((one) => {
      const file = join(smoke, `${one}.mjs`);
      const { status, stderr } = spawnSync(program, [...args, file], {
        encoding: 'utf8',
        timeout: 300_000,
      });
      return status === 0 ? [] : [`${one}: ${stderr.trim().split('\n').slice(-12).join('\n')}`];
    });
    failed += problems.length;
    console.log(
      `${name} ${versions[name]}: ${packages.length - problems.length} of ${packages.length} packages run`,
    );
    for (const problem of problems) console.log(`FAIL ${name}: ${problem}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
