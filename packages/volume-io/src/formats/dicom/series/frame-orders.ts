import type { DataSet } from '../elements/data-set.ts';
import { tagOf } from '../elements/dictionary.ts';
import type { FrameAttributes } from './frame-attributes.ts';

/** Which of the frames at one place a frame is. */
export interface FrameOrder {
  /** `StackID`; frames of different stacks belong to different volumes. */
  readonly stack: string;
  /**
   * Numbers to sort by, the first first: of dimensions that are none of space, then time, echo, b, and
   * last the time of day.
   */
  readonly turn: readonly number[];
}

/** Dimensions in which frames lie beside one another. */
const SPATIAL: readonly number[] = [
  tagOf('ImagePositionPatient'),
  tagOf('InStackPositionNumber'),
  tagOf('PlanePositionSequence'),
  tagOf('SliceLocation'),
  tagOf('StackID'),
];

/** What tells frames at one place apart, by the functional group that it is in (PS3.3, C.7.6.16, C.8.13). */
const DISTINCTIONS = [
  ['FrameContentSequence', 'TemporalPositionIndex'],
  ['TemporalPositionSequence', 'TemporalPositionTimeOffset'],
  ['CardiacSynchronizationSequence', 'NominalCardiacTriggerDelayTime'],
  ['MREchoSequence', 'EffectiveEchoTime'],
  ['MRDiffusionSequence', 'DiffusionBValue'],
] as const;

/** The order of each frame of a file; without attributes that say it, all are alike. */
export function frameOrders(
  dataSet: DataSet,
  frames: readonly FrameAttributes[],
): readonly FrameOrder[] {
  const pointers = dataSet
    .items('DimensionIndexSequence')
    .map((item) => item.number('DimensionIndexPointer') ?? Number.NaN);
  return frames.map((frame) => {
    const indices = frame.numbers('FrameContentSequence', 'DimensionIndexValues') ?? [];
    const dimensions = pointers.map((tag, i) => (SPATIAL.includes(tag) ? 0 : (indices[i] ?? 0)));
    const distinctions = DISTINCTIONS.map(
      ([sequence, keyword]) => frame.numbers(sequence, keyword)?.[0] ?? 0,
    );
    return {
      stack: frame.text('FrameContentSequence', 'StackID') ?? '',
      turn: [...dimensions, ...distinctions, momentOf(frame)],
    };
  });
}

/** When a frame was taken, as a number that grows; 0 where nothing says it. */
function momentOf(frame: FrameAttributes): number {
  const said =
    frame.text('FrameContentSequence', 'FrameReferenceDateTime') ??
    frame.text('FrameContentSequence', 'FrameAcquisitionDateTime');
  // Year to second and fractions; an offset from UTC may follow, the same for all of a file.
  return Number(/^\d+(?:\.\d+)?/.exec(said ?? '')?.[0] ?? 0);
}

/** Negative if `one` comes before `other`, 0 if nothing tells them apart. */
export function compareOrders(one: FrameOrder, other: FrameOrder): number {
  const byStack = one.stack.localeCompare(other.stack, 'en', { numeric: true });
  if (byStack !== 0) return byStack;
  const at = one.turn.findIndex((value, i) => value !== other.turn[i]);
  return at < 0 ? 0 : one.turn[at]! - other.turn[at]!;
}
