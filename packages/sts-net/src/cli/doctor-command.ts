import { useBackend } from '@sts-net/backend';
import type { CommandDef } from 'citty';
import { command } from './command.ts';

export const doctorCommand: CommandDef = command({
  meta: { name: 'doctor', description: 'which engines are there, which are missing' },
  args: {},
  async run() {
    const { name, device, threads } = await useBackend('auto');
    process.stdout.write(`${name}: ${device}, ${threads} threads\n`);
  },
});
