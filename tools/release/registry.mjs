// A real npm registry of one's own, on this machine, that takes what is published to it and gets the rest
// from the registry that npm uses here.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The last that runs on Node.js 20. */
const version = '6.8.0';

/**
 * @param folder to install and run it in
 * @returns its address, a user's npmrc that may publish, and what ends it
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { verdaccio: version },
    // It asks for a tag of this, `cjs`, which mirrors of the registry need not have.
    overrides: { 'node-fetch': '2.6.7' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const npm = (...args) => promisify(execFile)('npm', args, { cwd: folder });
  await npm('install', '--prefer-offline', '--no-audit', '--no-fund');
  const { stdout: upstream } = await npm('config', 'get', 'registry');
  const own = "{ access: '$all', publish: '$authenticated' }";
  writeFileSync(
    join(folder, 'config.yaml'),
    `storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
uplinks: { npm: { url: '${upstream.trim()}', timeout: 120s, max_fails: 100 } }
packages:
  sts-net: ${own}
  '@sts-net/*': ${own}
  '**': { access: '$all', proxy: npm }
max_body_size: 200mb
log: { type: stdout, format: pretty, level: error }
`,
  );
  const port = await freePort();
  const address = `http://localhost:${port}/`;
  const verdaccio = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const server = spawn(
    process.execPath,
    [verdaccio, '--config', 'config.yaml', '--listen', `localhost:${port}`],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const stop = () => server.kill();
  process.once('exit', stop);
  for (let tries = 0; ; tries++) {
    const there = await fetch(`${address}-/ping`).catch(() => undefined);
    if (there?.ok) break;
    if (tries === 120 || server.exitCode !== null) throw new Error('the registry does not start');
    await setTimeout(500);
  }
  const answer = await fetch(`${address}-/user/org.couchdb.user:publisher`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'publisher', password: 'only-on-this-machine' }),
  });
  const { token } = await answer.json();
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `registry=${address}\n//localhost:${port}/:_authToken=${token}\n`);
  return { address, npmrc, stop };
}

async function freePort() {
  const probe = createServer();
  await new Promise((listening) => probe.listen(0, 'localhost', listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}
