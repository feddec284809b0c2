// The API reference: a page for each entry of a package, from the docstrings of what it exports.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Application, ReflectionKind } from 'typedoc';
import { github, packages, root } from './pages.mjs';

/** Every entry by its name in an import, and its source. */
export const entries = packages.flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports).flatMap(([entry, { '@sts/source': source }]) =>
    source === undefined
      ? []
      : [
          {
            name: posix.join(manifest.name, entry),
            source: join(root, 'packages', folder, source),
          },
        ],
  );
});

/** @throws {Error} where a docstring links to what is not there */
export async function writeApi() {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    name: 'API reference',
    entryPoints: entries.map(({ source }) => source),
    tsconfig: join(root, 'site/tsconfig.json'),
    out: join(root, 'site/generated/api'),
    readme: 'none',
    router: 'module',
    entryFileName: 'index',
    // Types are checked where the packages are built, by another version of TypeScript.
    skipErrorChecking: true,
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: `${github}/blob/main/packages/{path}#L{line}`,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases', 'References'],
    hidePageHeader: true,
    hideBreadcrumbs: true,
    sanitizeComments: true,
    useCodeBlocks: true,
    // Names that differ in capitals alone are told apart otherwise in headings than in links.
    useHTMLAnchors: true,
    expandParameters: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    tableColumnSettings: {
      hideSources: true,
      hideModifiers: true,
      hideOverrides: true,
      hideInherited: true,
    },
    logLevel: 'Warn',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc cannot read the sources');
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const file = module.sources[0].fullFileName;
    module.name = entries.find(({ source }) => source === file).name;
  }
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    if (parameter.name === '__namedParameters') parameter.name = nameFor(parameter.type);
  }
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('see what typedoc says above');
}

/** What to call a parameter that is taken apart where it is declared. */
function nameFor({ name = 'options' }) {
  return name.endsWith('Options') ? 'options' : `${name[0].toLowerCase()}${name.slice(1)}`;
}
