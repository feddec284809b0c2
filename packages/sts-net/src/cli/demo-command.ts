import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { demoText } from '../demo/demo-text.ts';
import { runDemo } from '../demo/run-demo.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import { backendOption, count, oneOf } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export function demoCommand(): CommandUnknownOpts {
  return new Command('demo')
    .option(
      '--preset <name>',
      'resnext50-unet or light, which is smaller: minutes on a CPU; sts-net: the paper’s network, hours',
      oneOf('preset', Object.keys(presets) as PresetName[]),
      'resnext50-unet' as const,
    )
    .option('--ablate', 'train without amplification and without ESCA as well, and compare')
    .option('--output <folder>', 'folder for all files', 'sts-net-demo')
    .option('--steps <count>', 'length of each training, in place of the preset’s', count('steps'))
    .option(...backendOption)
    .action(async (options) => {
      const line = progressLine();
      const result = await interruptible(
        'what is trained is saved; run the command again to go on',
        (signal) =>
          runDemo({
            ...options,
            signal,
            onEngine: sayAdvice,
            onProgress: (text) => line.show(text),
          }),
      ).finally(() => line.clear());
      process.stdout.write(`${demoText(result)}\n`);
    });
}
