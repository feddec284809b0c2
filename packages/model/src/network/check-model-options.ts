import { type EncoderName, type EncoderSpec, encoders } from '@sts-net/backbones';
import { type DecoderSpec, decoders, supervisedDecoders } from '@sts-net/decoders';
import { type NetworkSpec, networks } from '@sts-net/networks';
import { attentionNames, attentions } from './attention.ts';
import { missingStride } from './missing-stride.ts';
import type { ModelOptions, PairOptions, WholeOptions } from './model-options.ts';

/** Says what a value must be, or nothing where it is right. */
type Rule = (value: unknown) => string | undefined;

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;

const count: Rule = (value) => (isCount(value) ? undefined : 'integer of at least 1');
const oneOf =
  (...known: readonly unknown[]): Rule =>
  (value) =>
    known.includes(value)
      ? undefined
      : `one of ${known.map((one) => JSON.stringify(one)).join(', ')}`;
const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value);
/** A name, or a value of one's own that has the method or field. */
const nameOr =
  (table: Readonly<Record<string, unknown>>, isOwn: (value: object) => boolean): Rule =>
  (value) =>
    typeof value === 'object' && value !== null && isOwn(value)
      ? undefined
      : oneOf(...Object.keys(table))(value);

/** A decoder for an encoder that may have no map of some stride. */
const withMapsOf =
  (encoder: EncoderName | EncoderSpec): Rule =>
  (value) => {
    const stride = missingStride(encoder, value as DecoderSpec);
    return stride === undefined
      ? undefined
      : `one that needs no map of stride ${stride}, since the encoder has none, such as unet or fpn`;
  };

/** A decoder that deep supervision can be asked of; what is no decoder is told of elsewhere. */
const supervised: Rule = (value) => {
  const spec: DecoderSpec | undefined =
    typeof value === 'string' ? decoders[value as keyof typeof decoders] : (value as DecoderSpec);
  return spec === undefined || spec.decode !== undefined
    ? undefined
    : `with deepSupervision one that has maps on the way to its logits (${supervisedDecoders.join(', ')}, or one of your own with \`decode\`)`;
};

/** What every model is told. */
const common = {
  classes: count,
  inputShape: (value) =>
    Array.isArray(value) && value.length === 3
      ? undefined
      : 'array [height, width, channels] with null for any height or width',
  seed: optional((value) => (Number.isSafeInteger(value) ? undefined : 'integer')),
} as const satisfies Readonly<Record<string, Rule>>;

const pairRules: Readonly<Record<Exclude<keyof PairOptions, 'network'>, Rule>> = {
  encoder: nameOr(encoders, (value) => Array.isArray((value as { stages?: unknown }).stages)),
  decoder: nameOr(decoders, (value) => typeof (value as { build?: unknown }).build === 'function'),
  attention: optional((value) =>
    typeof value === 'function' || typeof value === 'object'
      ? undefined
      : oneOf(...attentionNames)(value),
  ),
  outputStride: optional(oneOf(8, 16, 32)),
  dilationStyle: optional(oneOf('smp', 'torchvision')),
  deepSupervision: optional(oneOf(true, false)),
  auxiliaryHead: optional((value) =>
    typeof value === 'boolean' || (typeof value === 'object' && value !== null)
      ? undefined
      : 'true, false or { stage }',
  ),
  dropout: optional((value) => {
    if (typeof value !== 'number' || !(value >= 0)) return 'number of at least 0';
    return value < 1 ? undefined : 'number of less than 1';
  }),
  ...common,
};

const wholeRules: Readonly<Record<keyof WholeOptions, Rule>> = {
  // What a name has besides is looked at below.
  network: nameOr(networks, () => true),
  ...common,
};

/** @throws TypeError with one line for each wrong option: its path, what is expected, what it holds */
export function checkModelOptions(options: ModelOptions): void {
  const values = options as unknown as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  const check = (path: string, rule: Rule, value: unknown): void => {
    const requirement = rule(value);
    if (requirement === undefined) return;
    const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
    problems.push(`${path}: expected ${requirement}, got ${text}`);
  };
  const isWhole = options.network !== undefined;
  const rules: Readonly<Record<string, Rule>> = isWhole ? wholeRules : pairRules;
  for (const [name, rule] of Object.entries(rules)) check(name, rule, values[name]);
  const { inputShape } = options;
  if (Array.isArray(inputShape) && inputShape.length === 3) {
    for (const [i, side] of inputShape.entries()) {
      const rule = i < 2 && side === null ? () => undefined : count;
      check(`inputShape[${i}]`, rule, side);
    }
  }
  if (isWhole) {
    for (const name of Object.keys(pairRules)) {
      if (name in rules || values[name] === undefined) continue;
      check(name, () => 'nothing beside `network`, which is no pair', values[name]);
    }
    problems.push(...unknownKeys('', values, [...Object.keys(rules), ...Object.keys(pairRules)]));
    checkNetwork(options, check, problems);
  } else {
    problems.push(...unknownKeys('', values, [...Object.keys(rules), 'network']));
    checkParts(options, check, problems);
  }
  if (problems.length === 0) return;
  const [only] = problems;
  throw new TypeError(
    problems.length === 1
      ? `\`createModel\`: ${only}`
      : `\`createModel\`:\n  ${problems.join('\n  ')}`,
  );
}

type Check = (path: string, rule: Rule, value: unknown) => void;

function checkParts(options: PairOptions, check: Check, problems: string[]): void {
  const { attention, auxiliaryHead, deepSupervision } = options;
  if (typeof attention === 'object' && attention !== null) {
    const { name } = attention;
    check('attention.name', oneOf(...Object.keys(attentions)), name);
    const known: readonly string[] | undefined = attentions[name]?.options;
    if (known) problems.push(...unknownKeys('attention.', attention, ['name', ...known]));
  }
  if (typeof auxiliaryHead === 'object' && auxiliaryHead !== null) {
    check('auxiliaryHead.stage', count, auxiliaryHead.stage);
    problems.push(...unknownKeys('auxiliaryHead.', auxiliaryHead, ['stage']));
  }
  // What is wrong by itself has been told of.
  if (problems.length === 0) check('decoder', withMapsOf(options.encoder), options.decoder);
  if (deepSupervision === true) check('decoder', supervised, options.decoder);
}

function checkNetwork({ network }: WholeOptions, check: Check, problems: string[]): void {
  if (typeof network !== 'object' || network === null || 'create' in network) return;
  check('network.name', oneOf(...Object.keys(networks)), network.name);
  const spec = networks[network.name] as NetworkSpec | undefined;
  const known = ['name', ...(spec?.settings ?? [])];
  if (spec) problems.push(...unknownKeys('network.', network, known));
}

function unknownKeys(path: string, value: object, known: readonly string[]): readonly string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${path}${key}: unknown key; known are ${known.join(', ')}`);
}
