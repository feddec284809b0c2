import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type BackendProbe, probeBackends } from '@sts-net/backend';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';

export function doctorCommand(): CommandUnknownOpts {
  return new Command('doctor').action(async () => {
    const probes = await probeBackends();
    const { name, reason } = await prepareEngine('auto');
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
