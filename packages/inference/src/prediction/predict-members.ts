import type { Predictor } from '../predictor/predictor.ts';
import { referenceOf } from '../preprocessing/channel-volumes.ts';
import { preprocess } from '../preprocessing/preprocess.ts';
import {
  type Channels,
  fullPreprocessing,
  type Preprocessing,
} from '../preprocessing/preprocessing.ts';
import { checkAxes } from '../preprocessing/spatial.ts';
import { keptOf, type PredictVolumeOptions } from './predict-volume.ts';
import { meanOf, type SlabSource } from './slab-source.ts';
import { predictionFrom, type VolumePrediction } from './volume-prediction.ts';

/** A network, and how images become its input. */
export interface Member {
  readonly predictor: Predictor;
  readonly preprocessing: Preprocessing;
}

export interface PredictMembersOptions extends Omit<PredictVolumeOptions, 'preprocessing'> {
  /** Takes the image's slices as the channels of one 2-D image. @default false */
  readonly flat?: boolean;
  /** Cuts a volume along all three axes, and averages. @default along that of the preprocessing */
  readonly axes?: boolean;
}

/**
 * Predicts a volume by several networks, each of which may have images made its input in its own way; what
 * they say is averaged on the volume's own grid, each network counting alike. Of a 2-D image the
 * prediction is one slice.
 *
 * Along another axis than that of its training, a network sees the same distances between pixels where its
 * preprocessing has a `spacing`, else those of the volume.
 *
 * @throws RangeError if there is no network, or they do not tell the same classes; as `preprocess` does;
 * or where all axes are asked for, of a 2-D image, a volume whose file does not say how far its voxels are
 * apart, or one whose pixels would be more than three times as long as wide
 */
export async function predictMembers(
  members: readonly Member[],
  image: Channels,
  { id = 'image', flat = false, axes = false, onProgress, ...options }: PredictMembersOptions = {},
): Promise<VolumePrediction> {
  const [first, ...others] = members;
  if (first === undefined) {
    throw new RangeError('`predictMembers`: there must be at least one network, got none');
  }
  const { classes } = first.predictor;
  const other = others.find(({ predictor }) => predictor.classes !== classes);
  if (other !== undefined) {
    throw new RangeError(
      `\`predictMembers\`: all networks must tell the same classes, got ${classes} and ${other.predictor.classes}; leave out those of another kind`,
    );
  }
  const like = referenceOf(image);
  const passes = members.flatMap(({ predictor, preprocessing }) => {
    if (!axes) return [{ predictor, preprocessing }];
    checkAxes(like, fullPreprocessing(preprocessing), { flat, id });
    return ([0, 1, 2] as const).map((axis) => ({
      predictor,
      preprocessing: { ...preprocessing, axis },
    }));
  });
  const sources: SlabSource[] = [];
  try {
    for (const [i, { predictor, preprocessing }] of passes.entries()) {
      const cut = flat ? { ...preprocessing, axis: 0 as const } : preprocessing;
      const source = await keptOf(predictor, preprocess(image, cut, { id, flat }), {
        ...options,
        preprocessing: cut,
        ...(!flat && { like }),
        ...(onProgress && {
          onProgress: (done, total) => onProgress(i * total + done, passes.length * total),
        }),
      });
      sources.push(source);
    }
  } catch (error) {
    for (const source of sources) source.release();
    throw error;
  }
  return predictionFrom(meanOf(sources as [SlabSource, ...SlabSource[]]));
}
