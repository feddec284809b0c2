// Holds every package to one shape, so that none drifts. Prints what is wrong; exits 1 if anything is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const problems = [];
const report = (where, what) => problems.push(`${relative(root, where) || '.'}: ${what}`);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Which packages of this repository each package may depend on; arrows only point down. */
const arrows = {
  'layers-core': [],
  'layers-esca': [],
  'layers-attention': ['layers-core'],
  backend: ['tfjs-backend-ort'],
  'tfjs-backend-ort': [],
  backbones: ['layers-core'],
  decoders: ['layers-core'],
  networks: ['layers-core', 'layers-attention', 'layers-esca', 'backbones', 'decoders'],
  views: [],
  'volume-io': ['views'],
  amplify: ['views'],
  metrics: [],
  model: ['backbones', 'decoders', 'networks', 'layers-core', 'layers-esca', 'layers-attention'],
  inference: ['views', 'volume-io', 'amplify', 'metrics'],
  training: ['views', 'layers-core', 'model', 'inference', 'volume-io', 'amplify', 'metrics'],
  datasets: ['views', 'volume-io', 'amplify'],
  experiment: [
    'datasets',
    'training',
    'model',
    'inference',
    'backbones',
    'decoders',
    'networks',
    'volume-io',
  ],
  web: [
    'experiment',
    'datasets',
    'training',
    'views',
    'model',
    'inference',
    'backend',
    'volume-io',
  ],
  'sts-net': [
    'web',
    'experiment',
    'model',
    'inference',
    'training',
    'datasets',
    'tfjs-backend-ort',
    'layers-core',
    'layers-esca',
    'layers-attention',
    'backend',
    'backbones',
    'decoders',
    'networks',
    'volume-io',
    'amplify',
    'metrics',
  ],
};
/** Packages that must not know TensorFlow.js, but for an entry `tfjs` with an optional peer. */
const plain = ['views', 'volume-io', 'amplify', 'metrics', 'inference', 'datasets'];
/** Packages that run in browsers too, so that nothing in them may be Node's own. */
const anyRuntime = (folder) => !['sts-net', 'datasets', 'testing'].includes(folder);

/** What only Node has. */
const nodeOwn =
  /from 'node:[^']*'|(?<![.\w])(?:Buffer\.|setImmediate\(|process\.(?:cwd|env|platform|argv|exit|on)\b)/;

for (const folder of readdirSync(join(root, 'packages'))) {
  const directory = join(root, 'packages', folder);
  const pkg = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  if (!pkg.private) checkManifest(directory, folder, pkg);
  checkSources(directory, pkg);
}
checkSingleCopy();

if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(`\n${problems.length} problems`);
  process.exit(1);
}
console.log('tools/check: every package has the agreed shape');

function checkManifest(directory, folder, pkg) {
  const expected = {
    name: folder === 'sts-net' ? 'sts-net' : `@sts-net/${folder}`,
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=20.19' },
    publishConfig: { access: 'public', provenance: true },
  };
  for (const [key, value] of Object.entries(expected)) {
    if (!same(pkg[key], value))
      report(directory, `package.json: ${key} must be ${JSON.stringify(value)}`);
  }
  if (pkg.repository?.directory !== `packages/${folder}`) {
    report(directory, `package.json: repository.directory must be packages/${folder}`);
  }
  for (const [path, entry] of Object.entries(pkg.exports ?? {})) {
    if (path.endsWith('.json')) continue;
    const keys = Object.keys(entry);
    if (keys[0] !== '@sts/source' || keys[1] !== 'types' || keys.at(-1) !== 'default') {
      report(
        directory,
        `package.json: exports[${path}] must list @sts/source, types, …, default in this order`,
      );
    }
  }
  for (const one of ['dist', 'src', 'README.md', 'CHANGELOG.md', '!dist/.tsbuildinfo']) {
    if (!pkg.files?.includes(one)) report(directory, `package.json: files must include ${one}`);
  }
  if (pkg.sideEffects === undefined) report(directory, 'package.json: sideEffects must be stated');
  for (const script of ['build', 'test', 'lint:pkg']) {
    if (!pkg.scripts?.[script]) report(directory, `package.json: script ${script} is missing`);
  }
  for (const script of ['preinstall', 'install', 'postinstall']) {
    if (pkg.scripts?.[script]) report(directory, `package.json: no ${script} script`);
  }
  const allowed = arrows[folder];
  if (allowed === undefined) {
    report(directory, 'add the package to `arrows` in tools/check/check.mjs');
    return;
  }
  for (const name of Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies })) {
    if (name.startsWith('@sts-net/') && !allowed.includes(name.slice('@sts-net/'.length))) {
      report(directory, `must not depend on ${name}: arrows only point down`);
    }
    const optional = pkg.exports['./tfjs'] && pkg.peerDependenciesMeta?.[name]?.optional;
    if (name.startsWith('@tensorflow/') && plain.includes(folder) && !optional) {
      report(directory, `must not know TensorFlow.js, but depends on ${name}`);
    }
    if (name === '@tensorflow/tfjs')
      report(directory, 'must not depend on the union package @tensorflow/tfjs');
  }
  if (!existsSync(join(directory, 'LICENSE'))) report(directory, 'LICENSE is missing');
  checkReadme(directory);
}

/** The README says how to install the package, and names every value that it exports. */
function checkReadme(directory) {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');
  if (!/^npm (?:install|i) /m.test(readme))
    report(directory, 'README.md does not say how to install it');
  const index = readFileSync(join(directory, 'src/index.ts'), 'utf8');
  if (/export \*/.test(index)) report(directory, 'src/index.ts: list exports one by one');
  for (const [, isType, names] of index.matchAll(/export (type )?\{([^}]*)\}/g)) {
    for (const raw of names.split(',')) {
      const name = raw.trim();
      if (name === '' || isType || name.startsWith('type ')) continue;
      const exported = name.split(/ as /).at(-1).trim();
      if (!new RegExp(`\\b${exported}\\b`).test(readme))
        report(directory, `README.md does not mention ${exported}`);
    }
  }
}

function checkSources(directory, pkg) {
  for (const file of walk(join(directory, 'src'))) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(file, 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (/Math\.random/.test(code)) report(file, 'Math.random: pass a seeded generator instead');
    if (/\.dataSync\(|\.arraySync\(/.test(code))
      report(file, 'dataSync: WebGPU cannot; use await data()');
    if (/\b(TODO|FIXME|XXX)\b/.test(text)) report(file, 'unfinished: TODO, FIXME or XXX');
    const entry = relative(join(directory, 'src'), file).split(sep)[0];
    if (/@tensorflow\//.test(code) && plain.includes(basename(directory)) && entry !== 'tfjs')
      report(file, 'must not know TensorFlow.js, which only `src/tfjs` may');
    const lines = text.split('\n').length;
    if (lines > 300 && !file.includes('generated')) report(file, `${lines} lines: split it`);
    if (anyRuntime(basename(directory)) && nodeOwn.test(code))
      report(file, `${nodeOwn.exec(code)[0]}: runs in browsers too, which do not have it`);
    // Functions are called from code; the command line puts its options in place of their options' names.
    if (!file.includes(join('sts-net', 'src', 'cli')) && !pkg.private) {
      for (const line of code.split('\n')) {
        const option = /['"`( ](--[a-z][a-z-]*)/.exec(line)?.[1];
        if (option !== undefined && !/npm i/.test(line))
          report(
            file,
            `${option}: an option of the command line, where its callers have \`names\``,
          );
      }
    }
    if (!pkg.private && /from '@sts-net\/testing'/.test(code))
      report(file, 'imports the private testing package');
  }
}

/** Two copies of TensorFlow.js would each have their own table of layer classes. */
function checkSingleCopy() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers']) {
    const copies = Object.keys(lock.packages).filter((path) =>
      path.endsWith(`node_modules/${name}`),
    );
    if (copies.length !== 1)
      report(root, `package-lock.json has ${copies.length} copies of ${name}: ${copies}`);
  }
}

function* walk(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}
