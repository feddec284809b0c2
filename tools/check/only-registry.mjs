// Lets Node reach the npm registry and nothing else, as in many hospitals:
// `NODE_OPTIONS=--import=…/only-registry.mjs`. Install scripts, which are Node programs, inherit it.
import dns from 'node:dns';
import net from 'node:net';

const { hostname } = new URL(process.env.npm_config_registry ?? 'https://registry.npmjs.org/');
const allowed = (host) => host === hostname || net.isIP(host) > 0 || host === 'localhost';

const lookup = dns.lookup;
dns.lookup = (host, ...rest) => {
  if (allowed(host)) return lookup(host, ...rest);
  const error = Object.assign(new Error(`${host} is refused: only the registry may be reached`), {
    code: 'ENOTFOUND',
  });
  rest.at(-1)(error);
};
