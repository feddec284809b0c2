import { dirname, relative, resolve, sep } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { ownMemory } from '../machine/own-memory.ts';
import { fingerprint } from '../planning/fingerprint.ts';
import { planConfig } from '../planning/plan-config.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import { checkNewConfig, count, number, oneOf } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export function planCommand(): CommandUnknownOpts {
  return new Command('plan')
    .argument('<manifest>', 'the manifest of a data set, as `data prepare` writes it')
    .option(
      '--output <file>',
      'new config to write, with comments that say why; else it is printed',
    )
    .option(
      '--preset <name>',
      `network and optimiser: ${Object.keys(presets).join(', ')}; else light`,
      oneOf('preset', Object.keys(presets) as PresetName[]),
    )
    .option(
      '--memory <GiB>',
      'memory of the machine that trains; else that of this one',
      number('memory', 'a number of GiB above 0', (n) => n > 0),
    )
    .option('--most <cases>', 'cases that are read; else 100', count('most'))
    .action(async (manifest, { output, preset, memory, most }) => {
      if (output !== undefined) await checkNewConfig(output);
      const line = progressLine();
      const print = await interruptible('nothing was written', (signal) =>
        fingerprint(manifest, {
          ...(most !== undefined && { most }),
          signal,
          onProgress: (id, done, total) => line.show(`case ${id}`, done, total),
        }),
      ).finally(() => line.clear());
      const from = output === undefined ? '.' : dirname(resolve(output));
      const { text, facts } = planConfig(print, {
        manifest: relative(from, resolve(manifest)).split(sep).join('/'),
        ...(preset !== undefined && { preset }),
        memory: memory === undefined ? ownMemory() : memory * 2 ** 30,
      });
      if (output === undefined) {
        process.stdout.write(text);
        return;
      }
      await writeFileAtomic(output, text);
      process.stdout.write(`${facts.join('\n')}\n${output}\n`);
    });
}
