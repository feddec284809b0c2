import { type CommandDef, defineCommand } from 'citty';

export const dataCommand: CommandDef = defineCommand({
  meta: { name: 'data', description: 'prepare, split, check and describe a data set' },
  subCommands: {
    prepare: async () => (await import('./data-prepare-command.ts')).dataPrepareCommand,
    stats: async () => (await import('./data-stats-command.ts')).dataStatsCommand,
    split: async () => (await import('./data-split-command.ts')).dataSplitCommand,
    check: async () => (await import('./data-check-command.ts')).dataCheckCommand,
  },
});
