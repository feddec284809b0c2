import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { type DownloadOptions, downloadFile } from './download-file.ts';
import type { PretrainedFile } from './pretrained-files.ts';

/**
 * Where downloaded weights are kept: `STS_NET_CACHE`, else `sts-net` in `XDG_CACHE_HOME`, else
 * `~/.cache/sts-net`.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { STS_NET_CACHE, XDG_CACHE_HOME } = environment;
  return STS_NET_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sts-net');
}

/** How published weights are fetched, and where they are kept. */
export interface PretrainedOptions extends DownloadOptions {
  /** Where files are kept. @default `STS_NET_CACHE`, else `$XDG_CACHE_HOME/sts-net`, else `~/.cache/sts-net` */
  readonly folder?: string | undefined;
}

/**
 * The path of a published file, which is downloaded once, checked by its digest, and kept.
 *
 * @throws Error naming the file and the cure; offline, where to put the file
 */
export async function keptFile(
  file: PretrainedFile,
  { folder = cacheFolder(), ...download }: PretrainedOptions = {},
): Promise<string> {
  const path = keptPath(folder, file);
  await downloadFile(file, path, download);
  return path;
}

/** By name and digest: other addresses have other files of the same name. */
function keptPath(folder: string, { url, sha256 }: PretrainedFile): string {
  const name = basename(new URL(url).pathname).replaceAll(/[^\w.-]/g, '_');
  const digest = sha256.toLowerCase().slice(0, 16);
  return join(folder, name.includes(digest) ? name : `${digest}-${name}`);
}
