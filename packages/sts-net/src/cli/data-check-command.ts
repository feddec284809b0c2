import { checkManifests, type ManifestCheck } from '@sts-net/datasets';
import type { CommandDef } from 'citty';
import { repeated } from './cli-args.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { someLines } from './some-lines.ts';

export const dataCheckCommand: CommandDef = command({
  meta: { name: 'check', description: 'read all files of a data set and look for leaks' },
  args: {
    manifest: { type: 'positional', required: true, description: 'the manifest' },
    more: {
      type: 'positional',
      required: false,
      valueHint: repeated,
      description: 'further ones that must have nothing in common with it, such as the test’s',
    },
  },
  async run({ args: { _: manifests } }) {
    const line = progressLine();
    const check = await interruptible('the check is not finished', (signal) =>
      checkManifests(manifests, {
        signal,
        onProgress: (id, done) => line.show(`image ${done + 1}: ${id}`),
      }),
    ).finally(() => line.clear());
    process.stdout.write(text(check));
    const { length } = check.errors;
    if (length > 0) {
      throw new RangeError(
        `${manifests.join(', ')}: ${length === 1 ? 'one error' : `${length} errors`}; see above`,
      );
    }
  },
});

function text(check: ManifestCheck): string {
  const { items, groups, empty, withoutMask, labels, duplicates, alike, errors } = check;
  const lines = [
    `${items} images in ${groups} groups; ${empty} without a target${withoutMask > 0 ? `, ${withoutMask} without a mask` : ''}`,
    `labels: ${[...labels].map(([label, count]) => `${label} in ${count} masks`).join(', ') || 'none'}`,
    ...someLines(
      'the same image under several names',
      duplicates.map((ids) => ids.join(' = ')),
    ),
    ...someLines(
      'nearly the same, but in different groups (prepare with --group-alike if they are of one patient)',
      alike.map((ids) => ids.join(' ~ ')),
    ),
    ...someLines('errors', errors),
  ];
  return `${lines.join('\n')}\n`;
}
