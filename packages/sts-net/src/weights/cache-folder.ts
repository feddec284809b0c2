import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where downloaded weights are kept: `STS_NET_CACHE`, else `sts-net` in `XDG_CACHE_HOME`, else
 * `~/.cache/sts-net`.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { STS_NET_CACHE, XDG_CACHE_HOME } = environment;
  return STS_NET_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sts-net');
}
