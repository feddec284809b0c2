import { type Channels, isVolume, type Preprocessing, ruleFor } from '@sts-net/inference';
import { type ImageFacts, imageFacts, spacingAxes } from './image-facts.ts';
import type { TrainedOn } from './trained-on.ts';

/** How many times as far apart voxels may be as in training, where they are seen as they are … */
const sameKind = 1.5;
/** … and where the image is brought to the spacing of the training. */
const resampled = 3;
/** The least share of the intensities, the image's and the training's, that both have. */
const leastCommon = 0.1;

/** An image, and what errors call it. */
interface LookedAt {
  readonly id: string;
  readonly image: Channels;
  readonly flat: boolean;
}

/**
 * What of an image is far from what a network was trained on, and by how much: a sentence for each. What
 * is not known of the training is not said.
 */
export function whatIsStrange(
  { id, image, flat }: LookedAt,
  preprocessing: Preprocessing,
  trainedOn: TrainedOn | undefined,
): readonly string[] {
  const named = (text: string) => `'${id}': ${text}`;
  const empty = constantChannels(image, preprocessing).map(([name, value]) =>
    named(`${name === '' ? 'the image' : `channel '${name}'`} is ${value} everywhere`),
  );
  if (trainedOn === undefined) return empty;
  if (trainedOn.flat !== flat) {
    const kind = (is: boolean) => (is ? '2-D images' : 'volumes');
    return [
      ...empty,
      named(`the network was trained on ${kind(trainedOn.flat)}, not ${kind(flat)}`),
    ];
  }
  const facts = imageFacts(image, flat, preprocessing);
  return [
    ...empty,
    ...[
      ...ofSpacing(facts, preprocessing, trainedOn),
      ...ofOrientation(facts, trainedOn),
      ...(empty.length > 0 ? [] : ofIntensities(facts, preprocessing, trainedOn)),
    ].map(named),
  ];
}

function ofSpacing(
  facts: ImageFacts,
  { spacing, size }: Preprocessing,
  trainedOn: TrainedOn,
): string[] {
  return spacingAxes.flatMap((axis) => {
    const seen = trainedOn.spacing[axis];
    const own = facts.spacing[axis];
    if (seen === undefined) return [];
    if (own === undefined) {
      return facts.flat
        ? []
        : [
            `the file does not say how far ${axis} are apart; in training they were ${rangeText(seen, 'mm')}`,
          ];
    }
    const inPlane = axis !== 'slices';
    // What every slice is resized to has no spacing that could be far off.
    if (inPlane && size !== undefined) return [];
    const isBrought = inPlane
      ? spacing?.inPlane !== undefined
      : spacing?.throughPlane !== undefined;
    const times = Math.max(own / seen[1], seen[0] / own);
    if (times <= (isBrought ? resampled : sameKind)) return [];
    const way = own > seen[1] ? 'farther apart' : 'closer together';
    return [
      `${axis} are ${number(own)} mm apart, ${number(times)} times ${way} than in training (${rangeText(seen, 'mm')})`,
    ];
  });
}

function ofOrientation({ orientation, flat }: ImageFacts, { orientations }: TrainedOn): string[] {
  if (flat || orientations.length === 0) return [];
  const seen = orientations.join(', ');
  if (orientation === undefined) {
    return [`the file does not say how the image is turned; in training: ${seen}`];
  }
  if (orientations.includes(orientation)) return [];
  const sides = (one: string) => [...one].map((letter) => axisOf(letter)).join('');
  const isCut = orientations.some((one) => sides(one) === sides(orientation));
  return [
    `columns, rows and slices lead towards ${[...orientation].join(', ')}, ${isCut ? 'the other way round' : 'along other axes of the body'} than in training (${seen})`,
  ];
}

/** The same letter for both ends of an axis of the body. */
function axisOf(letter: string): string {
  return ['LR', 'PA', 'IS'].find((ends) => ends.includes(letter)) ?? letter;
}

function ofIntensities(
  { intensities }: ImageFacts,
  preprocessing: Preprocessing,
  trainedOn: TrainedOn,
): string[] {
  return Object.entries(intensities).flatMap(([name, [low, high]]) => {
    const seen = trainedOn.intensities[name];
    if (!isFixed(preprocessing, name) || seen === undefined) return [];
    const common = Math.min(high, seen[1]) - Math.max(low, seen[0]);
    const all = Math.max(high, seen[1]) - Math.min(low, seen[0]);
    if (all === 0 || common / all >= leastCommon) return [];
    const subject = name === '' ? 'intensities' : `intensities of channel '${name}'`;
    return [`${subject} are ${rangeText([low, high])}, in training ${rangeText(seen)}`];
  });
}

/** Whether intensities become input by numbers that are given, not by what the image itself holds. */
function isFixed({ normalization }: Preprocessing, channel: string): boolean {
  const rule = ruleFor(normalization, channel === '' ? undefined : channel);
  return rule?.name === 'window' || rule?.name === 'imagenet';
}

/** Channels that hold one number; where intensities are measured, they are refused anyway. */
function constantChannels(
  image: Channels,
  preprocessing: Preprocessing,
): readonly (readonly [name: string, value: number])[] {
  const channels = isVolume(image) ? ([['', image]] as const) : Object.entries(image);
  return channels.flatMap(([name, { voxels }]) => {
    if (!isFixed(preprocessing, name)) return [];
    const { data } = voxels;
    const [first] = data;
    for (let i = 1; i < data.length; i++) if (data[i] !== first) return [];
    return [[name, first!] as const];
  });
}

function rangeText([low, high]: readonly [number, number], unit = ''): string {
  const text = low === high ? number(low) : `${number(low)} to ${number(high)}`;
  return unit === '' ? text : `${text} ${unit}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
