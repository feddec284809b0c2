// Completes package-lock.json with the optional packages of other platforms. npm leaves out those
// that a registry mirror does not hold, and `npm ci` then refuses the lock file everywhere.
// Usage: npm install && node tools/lock/complete.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

/** `os`, `cpu` and `libc` as such packages spell them in their names. */
function platform(name) {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const find = (known) => words.map((word) => known.find((one) => word === one)).find(Boolean);
  const os = find(systems) ?? (words.includes('windows') ? 'win32' : undefined);
  const cpu =
    find(processors) ??
    { aarch64: 'arm64', armv7: 'arm', x86: 'x64', 64: 'x64', ppc64le: 'ppc64' }[words.at(-1)];
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.includes('gnu')
      ? 'glibc'
      : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
}

let added = 0;
for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] !== undefined) continue;
    const found = platform(name);
    if (found.os === undefined && found.cpu === undefined) {
      console.warn(`${name}: its name tells no platform; left out`);
      continue;
    }
    lock.packages[path] = {
      version: version.replace(/^[^\d]*/, ''),
      ...found,
      ...(parent.dev && { dev: true }),
      optional: true,
    };
    added++;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} packages of other platforms added`);
