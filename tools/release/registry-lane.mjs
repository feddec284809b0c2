// Publishes as the release does, to a registry of its own, and takes each package from there as its users do:
// in a copy of this repository and of what `npm ci` installed there, raises versions by the changesets, builds
// and publishes; installs each package into an empty project, with an empty cache, by the commands of its
// README; runs every program of that README, and `npx sts-net demo` in an empty folder. No other host than
// that registry can be reached.
// Usage: node tools/release/registry-lane.mjs [--demo-steps N] [package …], of none all
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transform } from 'esbuild';
import { startRegistry } from './registry.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { 'demo-steps': { type: 'string' } },
});
const scratch = mkdtempSync(join(tmpdir(), 'registry-'));
const copy = join(scratch, 'repository');
const onlyRegistry = pathToFileURL(join(root, 'tools/check/only-registry.mjs'));

function run(program, args, cwd, env = {}) {
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 2 ** 27,
      timeout: 1_800_000,
      env: { ...process.env, ...env },
    });
  } catch (error) {
    const said = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.slice(-4000);
    throw new Error(`${program} ${args.join(' ')}, in ${cwd}: ${error.message}\n${said}`);
  }
}

const registry = await startRegistry(join(scratch, 'registry'));
try {
  const published = publish();
  console.log(`published: ${published.length} packages, all ${published[0].version}`);
  for (const one of published) {
    if (wanted.length > 0 && !wanted.includes(one.folder)) continue;
    await useAsReadme(one);
  }
  if (wanted.length === 0 || wanted.includes('sts-net')) demo();
} finally {
  registry.stop();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}

/** Does in a copy what the release does here, but for the signature, which a machine of GitHub's makes. */
function publish() {
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root);
  for (const file of files.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  // Changelogs name the commit that brought each change, and publishing leaves tags.
  const git = (...args) => run('git', args, copy);
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'nobody');
  git('config', 'user.email', 'nobody@localhost');
  git('add', '--all');
  git('commit', '--quiet', '--message=As it is');
  takeInstalled();
  run('npm', ['run', 'changeset:version'], copy);
  const published = [];
  for (const folder of readdirSync(join(copy, 'packages'))) {
    const path = join(copy, 'packages', folder, 'package.json');
    const pkg = JSON.parse(readFileSync(path, 'utf8'));
    if (pkg.private) continue;
    published.push({ folder, name: pkg.name, version: pkg.version });
    delete pkg.publishConfig.provenance;
    writeFileSync(path, JSON.stringify(pkg, null, 2));
  }
  const odd = published.find(({ version }) => version !== published[0].version);
  if (odd !== undefined) {
    throw new Error(
      `${odd.name}: must be ${published[0].version} as the others, got ${odd.version}`,
    );
  }
  run('npm', ['run', 'release'], copy, {
    npm_config_registry: registry.address,
    npm_config_userconfig: registry.npmrc,
  });
  return published;
}

/** What `npm ci` installed here. Files are shared where they can be, for nothing writes into them. */
function takeInstalled() {
  const ignored = ['--others', '--ignored', '--exclude-standard', '--directory'];
  const folders = run('git', ['ls-files', '-z', ...ignored], root).split('\0');
  for (const path of folders.filter((one) => /(^|\/)node_modules\/$/.test(one))) {
    const [from, to] = [root, copy].map((folder) => join(folder, path.slice(0, -1)));
    try {
      run('cp', ['--archive', '--link', from, to], root);
    } catch {
      rmSync(to, { recursive: true, force: true });
      cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** An environment where nothing is known but the registry. */
function stranger(project) {
  return {
    npm_config_registry: registry.address,
    npm_config_userconfig: join(project, 'no-npmrc'),
    npm_config_cache: join(project, 'npm-cache'),
    npm_config_ignore_scripts: 'false',
    NODE_OPTIONS: `--import=${onlyRegistry}`,
  };
}

function emptyProject(name) {
  const project = join(scratch, name);
  mkdirSync(project);
  const manifest = { name: 'user', private: true, type: 'module' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  return project;
}

/** Installs a package by the commands of its README, and runs what the README shows. */
async function useAsReadme({ folder, name, version }) {
  const readme = readFileSync(join(copy, 'packages', folder, 'README.md'), 'utf8');
  const project = emptyProject(folder);
  const env = stranger(project);
  // With what it advises where an install script's download is blocked, as it is here.
  const commands = blocks(readme, 'sh').flatMap(
    (block) => block.match(/^npm (install .*|i .* --ignore-scripts .*)$/gm) ?? [],
  );
  if (commands.length === 0) throw new Error(`${name}: its README must say how to install it`);
  for (const command of commands) run('bash', ['-c', command], project, env);
  const installed = join(project, 'node_modules', name);
  const there = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  if (there.version !== version) throw new Error(`${name}: got ${there.version}, not ${version}`);
  for (const file of ['README.md', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts']) {
    if (!existsSync(join(installed, file))) throw new Error(`${name}: its tarball lacks ${file}`);
  }
  if (!readFileSync(join(installed, 'CHANGELOG.md'), 'utf8').includes(`## ${version}`)) {
    throw new Error(`${name}: its changelog says nothing of ${version}`);
  }
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const programs = blocks(readme, 'ts');
  for (const [i, block] of programs.entries()) {
    const { code } = await transform(block, { loader: 'ts', format: 'esm' });
    for (const [, module] of code.matchAll(
      /^(?:import|\} from) (?:.* from )?["']([^"'.]+)["']/gm,
    )) {
      const needed = /^(@[^/]+\/)?[^/]+/.exec(module)[0];
      if (needed in dependencies || builtinModules.includes(needed.replace('node:', ''))) continue;
      throw new Error(
        `${name}: block ${i + 1} of its README imports ${needed}, which its commands do not install`,
      );
    }
    writeFileSync(join(project, `block-${i + 1}.js`), code);
    run(process.execPath, [`block-${i + 1}.js`], project, env);
  }
  console.log(
    `registry: ${name}@${version} installs as its README says; ${programs.length} programs run`,
  );
  rmSync(project, { recursive: true, force: true });
}

function blocks(text, language) {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...text.matchAll(fence)].map(([, code]) => code);
}

/** The first thing that a stranger does. */
function demo() {
  const project = join(scratch, 'demo');
  mkdirSync(project);
  const steps = options['demo-steps'];
  const args = ['--yes', 'sts-net', 'demo', ...(steps === undefined ? [] : ['--steps', steps])];
  const said = run('npx', args, project, stranger(project));
  const pages = readdirSync(project, { recursive: true }).filter((name) =>
    /^sts-net-demo.*\.html$/.test(name),
  );
  if (pages.length === 0) throw new Error(`the demo leaves no page: ${said}`);
  console.log(`registry: npx sts-net demo, in an empty folder:\n${said}`);
}
