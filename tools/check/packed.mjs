// Checks packages as their users get them: packs each, installs it alone (with the packages it
// depends on) into an empty project, imports it in Node and bundles it for a browser.
// Usage: node tools/check/packed.mjs [package …]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'packed-'));
const npm = (cwd, ...args) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });

const manifests = new Map();
for (const folder of readdirSync(join(root, 'packages'))) {
  const pkg = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  if (!pkg.private) manifests.set(pkg.name, { folder, pkg });
}
/** Needs Node, so it is not bundled for a browser. */
const nodeOnly = ['sts-net', '@sts-net/tfjs-backend-ort'];

try {
  const packed = JSON.parse(
    npm(
      root,
      'pack',
      '--json',
      '--pack-destination',
      scratch,
      ...[...manifests.keys()].flatMap((name) => ['-w', name]),
    ),
  );
  const tarballs = new Map(
    Object.values(packed).map(({ name, filename }) => [name, `file:${join(scratch, filename)}`]),
  );
  const wanted = process.argv.slice(2);
  for (const [name, { folder, pkg }] of manifests) {
    if (wanted.length > 0 && !wanted.includes(folder)) continue;
    await checkPackage(name, folder, pkg, tarballs);
    console.log(
      `packed: ${name} installs alone, imports${nodeOnly.includes(name) ? '' : ', bundles'}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function checkPackage(name, folder, pkg, tarballs) {
  const project = join(scratch, folder);
  mkdirSync(project);
  const own = [...closure(name)];
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'user',
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(own.map((one) => [one, tarballs.get(one)])),
    }),
  );
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts');
  const installed = readdirSync(join(project, 'node_modules'));
  const needed = Object.keys({ ...pkg.peerDependencies }).filter(
    (peer) => !pkg.peerDependenciesMeta?.[peer]?.optional,
  );
  if (needed.length === 0 && installed.includes('@tensorflow')) {
    throw new Error(`${name}: installs TensorFlow.js, which it must not need`);
  }
  const wantedExports = Object.keys(await import(join(root, 'packages', folder, 'dist/index.js')));
  writeFileSync(
    join(project, 'main.js'),
    `import * as it from '${name}'; console.log(JSON.stringify(Object.keys(it)));`,
  );
  const printed = execFileSync('node', ['main.js'], { cwd: project, encoding: 'utf8' });
  const exported = JSON.parse(printed.trim().split('\n').at(-1));
  if (exported.length !== wantedExports.length) {
    throw new Error(
      `${name}: exports ${exported.length} names from its tarball, ${wantedExports.length} here`,
    );
  }
  if (nodeOnly.includes(name)) return;
  await build({
    entryPoints: [join(project, 'main.js')],
    absWorkingDir: project,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'error',
  });
}

/** The package and the packages of this repository that it depends on, directly or not. */
function closure(name, seen = new Set()) {
  if (seen.has(name) || !manifests.has(name)) return seen;
  seen.add(name);
  const { pkg } = manifests.get(name);
  for (const dependency of Object.keys({ ...pkg.dependencies })) closure(dependency, seen);
  return seen;
}
