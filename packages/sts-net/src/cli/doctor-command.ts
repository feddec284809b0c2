import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type BackendProbe, probeBackends } from '@sts-net/backend';
import { packageVersion } from '../program/package-version.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';

export function doctorCommand(): CommandUnknownOpts {
  return new Command('doctor').option('--json', 'as JSON').action(async ({ json }) => {
    const probes = await probeBackends();
    const { name, reason } = await prepareEngine('auto');
    if (json) {
      const { version: node, platform, arch } = process;
      const found = { version: packageVersion(), node, platform, arch, takes: name, reason };
      process.stdout.write(`${JSON.stringify({ ...found, engines: probes }, null, 2)}\n`);
      return;
    }
    process.stdout.write(`Node.js ${process.version}, ${process.platform} ${process.arch}\n\n`);
    process.stdout.write(`${text(probes)}\n\n\`auto\` takes ${name}: ${reason}\n`);
  });
}

function text(probes: readonly BackendProbe[]): string {
  const table = formatTable([
    ['engine', 'there', 'version', 'device', 'threads'],
    ...probes.map(({ name, available, version, device, threads }) => [
      name,
      available ? 'yes' : 'no',
      version ?? '–',
      device ?? '–',
      threads === 0 ? '–' : String(threads),
    ]),
  ]);
  const notes = probes.flatMap(({ name, reason, remedy }) =>
    [reason, remedy].some((part) => part !== '')
      ? [`${name}: ${[reason, remedy].filter((part) => part !== '').join('; ')}`]
      : [],
  );
  return [table, ...notes].join('\n');
}
