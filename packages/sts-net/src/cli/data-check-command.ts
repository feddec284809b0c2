import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkManifests, type ManifestCheck } from '@sts-net/datasets';
import { plural } from '../report/format.ts';
import { someLines } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export function dataCheckCommand(): CommandUnknownOpts {
  return new Command('check')
    .description('read all files of a data set and look for leaks')
    .argument('<manifest>', 'the manifest')
    .argument(
      '[more...]',
      'further ones that must have nothing in common with it, such as the test’s',
    )
    .action(async (manifest, more) => {
      const manifests = [manifest, ...more];
      const line = progressLine();
      const warnings = new Set<string>();
      const check = await interruptible('the check is not finished', (signal) =>
        checkManifests(manifests, {
          signal,
          onProgress: (id, done, total) => line.show(`image ${id}`, done, total),
          onWarning: (message) => warnings.add(message),
        }),
      ).finally(() => line.clear());
      process.stdout.write(text(check, [...warnings]));
      const { length } = check.errors;
      if (length > 0) {
        throw new RangeError(
          `${manifests.join(', ')}: ${length === 1 ? 'one error' : `${length} errors`}; see above`,
        );
      }
    });
}

function text(check: ManifestCheck, warnings: readonly string[]): string {
  const { items, groups, empty, withoutMask, labels, duplicates, alike, errors } = check;
  const lines = [
    `${plural(items, 'image')} in ${plural(groups, 'group')}; ${empty} without a target${withoutMask > 0 ? `, ${withoutMask} without a mask` : ''}`,
    `labels: ${[...labels].map(([label, count]) => `${label} in ${plural(count, 'mask')}`).join(', ') || 'none'}`,
    ...someLines(
      'the same image under several names',
      duplicates.map((ids) => ids.join(' = ')),
    ),
    ...someLines(
      'nearly the same, but in different groups (prepare with --group-alike if they are of one patient)',
      alike.map((ids) => ids.join(' ~ ')),
    ),
    ...someLines('warnings', warnings),
    ...someLines('errors', errors),
  ];
  return `${lines.join('\n')}\n`;
}
