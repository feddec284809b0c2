import type { CommandDef } from 'citty';
import { command } from './command.ts';

export const demoCommand: CommandDef = command({
  meta: { name: 'demo', description: 'train on real lesions and report what was found' },
  args: {},
  run() {
    throw new Error('not here yet');
  },
});
