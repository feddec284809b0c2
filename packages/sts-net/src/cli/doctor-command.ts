import { type BackendProbe, probeBackends } from '@sts-net/backend';
import type { CommandDef } from 'citty';
import { formatTable } from '../evaluation/format-table.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { command } from './command.ts';

export const doctorCommand: CommandDef = command({
  meta: {
    name: 'doctor',
    description: 'which engines are there, which are missing, how to get them',
  },
  args: {},
  async run() {
    const probes = await probeBackends();
    const { name, reason } = await prepareEngine('auto');
    process.stdout.write(`Node.js ${process.version}, ${process.platform} ${process.arch}\n\n`);
    process.stdout.write(`${text(probes)}\n\n\`auto\` takes ${name}: ${reason}\n`);
  },
});

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
