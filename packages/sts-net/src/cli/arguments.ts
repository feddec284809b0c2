import { existsSync, statSync } from 'node:fs';
import type { BackendChoice } from '@sts-net/backend';
import type { SplitName } from '@sts-net/datasets';
import { checkWritable } from '@sts-net/datasets/files';
import { nearestName } from '@sts-net/datasets/validation';
import { UsageError } from './usage-error.ts';

/**
 * What reads an option's text as a number.
 *
 * @throws RangeError naming the option and the requirement
 */
export function number(
  option: string,
  requirement: string,
  fits: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    throw new UsageError(`--${option} must be ${requirement}, got '${text}'`);
  };
}

/** What reads an option's text as a whole number from 1 on. */
export function count(option: string): (text: string) => number {
  return number(option, 'a whole number from 1 on', (n) => Number.isSafeInteger(n) && n > 0);
}

/** What reads how many resamples are drawn; of more than a million nothing is left to gain. */
export const resampleCount: (text: string) => number = number(
  'resamples',
  'a whole number from 1 on, up to 1000000',
  (n) => Number.isInteger(n) && n >= 1 && n <= 1_000_000,
);

/** What reads where to listen, 0 for any port that is free. */
export const portNumber: (text: string) => number = number(
  'port',
  'a whole number from 0 to 65535',
  (n) => Number.isInteger(n) && n >= 0 && n <= 65535,
);

/** What reads an option's text as a whole number. */
export function integer(option: string): (text: string) => number {
  return number(option, 'a whole number', Number.isSafeInteger);
}

/**
 * What takes one of several names.
 *
 * @throws RangeError listing the names, and the nearest one
 */
export function oneOf<const T extends string>(
  option: string,
  known: readonly T[],
): (text: string) => T {
  return (text) => {
    const found = known.find((name) => name === text);
    if (found !== undefined) return found;
    const nearest = nearestName(text, known);
    throw new UsageError(
      `--${option} must be of ${known.join(', ')}, got '${text}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`,
    );
  };
}

/**
 * What reads an option's text, `480` or `480x320` (height x width), as a size in pixels.
 *
 * @param example of such a text, for the error
 * @throws RangeError naming the option, for anything else
 */
export function imageSize(
  option: string,
  example = '480 or 480x320',
): (text: string) => [height: number, width: number] {
  return (text) => {
    const match = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text);
    if (match === null) {
      throw new UsageError(
        `--${option} must be pixels, as ${example} (height x width), got '${text}'`,
      );
    }
    const height = Number(match[1]);
    return [height, Number(match[2] ?? height)];
  };
}

/** What reads `--split`. */
export const splitName: (text: string) => SplitName = oneOf('split', [
  'test',
  'validation',
  'training',
]);

const backends: readonly ('auto' | BackendChoice)[] = [
  'auto',
  'tensorflow',
  'ort',
  'webgpu',
  'wasm',
  'cpu',
  'ort:webgpu',
  'ort:cuda',
];

/** `--backend` of commands that run a network: flags, description and what reads it. */
export const backendOption: readonly [
  '--backend <name>',
  string,
  (text: string) => 'auto' | BackendChoice,
] = ['--backend <name>', `engine: ${backends.join(', ')}`, oneOf('backend', backends)];

/** Lines of a kind that are printed. */
const shown = 10;

/** A title with its count and the first of its lines; nothing without any. */
export function someLines(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - shown;
  return [
    `${title}: ${lines.length}`,
    ...lines.slice(0, shown).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** A file for a page. */
export function pageFile(text: string): string {
  if (/\.html?$/i.test(text)) return text;
  throw new UsageError(`--output must end in .html, got '${text}'`);
}

/** Refuses a config that is there: people write into theirs, and what they wrote is not to be lost. */
export async function checkNewConfig(output: string): Promise<void> {
  if (existsSync(output) && statSync(output).isFile()) {
    throw new UsageError(`--output must be a new file, but '${output}' is there; name another`);
  }
  await checkWritable(output);
}
