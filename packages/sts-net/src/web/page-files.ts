import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/**
 * A page that finds lesions by the model beside it, as files by their names; `@sts-net/web` brings it built.
 *
 * @throws Error if it was not built, as in a checkout
 */
export function pageFiles(): ReadonlyMap<string, readonly Uint8Array[]> {
  const web = dirname(createRequire(import.meta.url).resolve('@sts-net/web/package.json'));
  const folder = join(web, 'page');
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
    return new Map(
      paths.map((path) => [path.split(sep).join('/'), [readFileSync(join(folder, path))]]),
    );
  } catch (cause) {
    throw new Error(`the page is not in ${folder}; \`npm run build\` makes it in a checkout`, {
      cause,
    });
  }
}
