import type { DataSet } from '../elements/data-set.ts';
import type { Keyword } from '../elements/dictionary.ts';
import { hasReconstructedSlices } from './frame-offsets.ts';

/** What a file says of one of its frames: in its functional groups (PS3.3, C.7.6.16), or of all. */
export interface FrameAttributes {
  /** Numbers of the frame's group in `sequence`, of that which all frames share, or of the file. */
  numbers(sequence: Keyword, keyword: Keyword): readonly number[] | undefined;
  /** Text from the same places. */
  text(sequence: Keyword, keyword: Keyword): string | undefined;
}

/** @returns of each frame */
export function frameAttributes(dataSet: DataSet, frames: number): readonly FrameAttributes[] {
  const [shared] = dataSet.items('SharedFunctionalGroupsSequence');
  const perFrame = dataSet.items('PerFrameFunctionalGroupsSequence');
  const [detector] = hasReconstructedSlices(dataSet)
    ? dataSet.items('DetectorInformationSequence')
    : [];
  return Array.from({ length: frames }, (_, frame) => {
    const places = (sequence: Keyword) => [
      perFrame[frame]?.items(sequence)[0],
      shared?.items(sequence)[0],
      dataSet,
      detector,
    ];
    const first = <T>(sequence: Keyword, read: (place: DataSet) => T | undefined) => {
      for (const place of places(sequence)) {
        const value = place && read(place);
        if (value !== undefined) return value;
      }
      return undefined;
    };
    return {
      numbers: (sequence, keyword) => first(sequence, (place) => place.numbers(keyword)),
      text: (sequence, keyword) => first(sequence, (place) => place.text(keyword)),
    };
  });
}
