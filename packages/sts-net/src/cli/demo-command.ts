import type { CommandDef } from 'citty';
import { demoText, runDemo } from '../demo/index.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import { backendArgument, backendName } from './backend-argument.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export const demoCommand: CommandDef = command({
  meta: {
    name: 'demo',
    description: 'train on real lesions that come with the package and report what was found',
  },
  args: {
    preset: {
      type: 'string',
      default: 'resnext50-unet',
      description:
        'resnext50-unet or light, which is smaller: minutes on a CPU; sts-net: the paper’s network, hours',
    },
    ablate: {
      type: 'boolean',
      description: 'train without amplification and without ESCA as well, and compare',
    },
    output: { type: 'string', default: 'sts-net-demo', description: 'folder for all files' },
    steps: { type: 'string', description: 'length of each training, in place of the preset’s' },
    backend: backendArgument,
  },
  async run({ args: { preset, ablate, output, steps, backend } }) {
    const options = {
      preset: presetName(preset),
      ablate: ablate === true,
      output,
      backend: backendName(backend),
      ...(steps !== undefined && { steps: wholeNumber(steps) }),
    };
    const line = progressLine();
    const result = await interruptible(
      'what is trained is saved; run the command again to go on',
      (signal) => runDemo({ ...options, signal, onProgress: (text) => line.show(text) }),
    ).finally(() => line.clear());
    process.stdout.write(`${demoText(result)}\n`);
  },
});

function presetName(value: string): PresetName {
  if (Object.hasOwn(presets, value)) return value as PresetName;
  throw new RangeError(
    `--preset must be one of ${Object.keys(presets).join(', ')}, got '${value}'`,
  );
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(`--steps must be a whole number from 1 on, got '${value}'`);
}
