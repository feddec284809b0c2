import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { dataCheckCommand } from './data-check-command.ts';
import { dataExportCommand } from './data-export-command.ts';
import { dataPrepareCommand } from './data-prepare-command.ts';
import { dataSplitCommand } from './data-split-command.ts';
import { dataStatsCommand } from './data-stats-command.ts';

/** `sts-net data` and its subcommands; none needs TensorFlow.js. */
export function dataCommand(): CommandUnknownOpts {
  const command = new Command('data').helpCommand(false);
  for (const sub of [
    dataPrepareCommand(),
    dataStatsCommand(),
    dataSplitCommand(),
    dataCheckCommand(),
    dataExportCommand(),
  ]) {
    command.addCommand(sub);
  }
  return command;
}
