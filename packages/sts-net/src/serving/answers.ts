import type { Target } from '@sts-net/experiment';
import type { DicomAlgorithm } from '@sts-net/volume-io';
import { encodeVolume, type Volume } from '@sts-net/volume-io';
import {
  type LabelFormat,
  labelFormatNames,
  labelFormats,
  whyNotIn,
} from '../prediction/label-formats.ts';
import { lesionCsv } from '../prediction/lesion-text.ts';
import type { CasePrediction } from '../prediction/predict-case.ts';
import { HttpError } from './http-error.ts';

/** What a request asks for. */
interface Asked {
  readonly query: URLSearchParams;
  /** The header `Accept`. */
  readonly accept: string | undefined;
}

/** An image and what networks say of it. */
export interface Predicted {
  readonly prediction: CasePrediction;
  /** Of several channels the first. */
  readonly image: Volume;
  readonly flat: boolean;
  readonly targets: readonly Target[] | undefined;
  readonly algorithm: () => Promise<DicomAlgorithm>;
}

/** A body, and what it is. */
export interface Answer {
  readonly type: string;
  /** What it is called when it is saved. */
  readonly name: string;
  readonly body: Uint8Array | string;
}

/** A kind of answer. */
interface AnswerSpec {
  /** What can be told before there is a prediction. @throws HttpError 400 or 406 */
  readonly prepare: (asked: Asked) => (predicted: Predicted) => Promise<Answer>;
}

/** What can be asked for, by path. */
export const answers: Readonly<Record<string, AnswerSpec>> = {
  '/labels': {
    prepare(asked) {
      const format = labelFormat(asked);
      return (predicted) =>
        labels(predicted, format ?? (predicted.flat ? 'png' : 'nii.gz'), 'labels');
    },
  },
  '/seg': {
    prepare(asked) {
      typeFor(asked, ['application/dicom']);
      return (predicted) => labels(predicted, 'seg', 'segmentation');
    },
  },
  '/rtstruct': {
    prepare(asked) {
      typeFor(asked, ['application/dicom']);
      return (predicted) => labels(predicted, 'rtstruct', 'structures');
    },
  },
  '/probabilities': {
    prepare(asked) {
      const type = typeFor(asked, ['application/gzip']);
      const class_ = Number(asked.query.get('class') ?? 1);
      if (!Number.isInteger(class_) || class_ < 0) {
        throw new HttpError(
          400,
          `class must be the number of one, got '${asked.query.get('class')}'`,
        );
      }
      return async ({ prediction }) => {
        if (class_ >= prediction.classes) {
          throw new HttpError(
            400,
            `class must be below ${prediction.classes}, which is how many the network has, got ${class_}`,
          );
        }
        const volume = prediction.probabilities(class_);
        const body = await encodeVolume(volume, { format: 'nifti', gzip: true });
        return { type, name: 'probabilities.nii.gz', body };
      };
    },
  },
  '/lesions': {
    prepare(asked) {
      const type = typeFor(asked, ['application/json', 'text/csv']);
      return async ({ prediction }) => {
        const lesions = prediction.lesions();
        return type === 'text/csv'
          ? { type, name: 'lesions.csv', body: lesionCsv(lesions) }
          : { type, name: 'lesions.json', body: `${JSON.stringify({ lesions })}\n` };
      };
    },
  },
};

async function labels(
  { prediction, image, flat, targets, algorithm }: Predicted,
  format: LabelFormat,
  name: string,
): Promise<Answer> {
  const reason = whyNotIn(format, image, flat);
  if (reason !== undefined) throw new HttpError(422, `the format '${format}' ${reason}`);
  const { encode, ending, mediaType } = labelFormats[format];
  const { labels, classes } = prediction;
  const body = await encode({ labels, classes, image, targets, algorithm });
  return { type: mediaType, name: `${name}${ending}`, body };
}

/** That of `?format=`, or of `Accept`; undefined where neither says. */
function labelFormat(asked: Asked): LabelFormat | undefined {
  const name = asked.query.get('format');
  if (name === null) {
    const type = typeFor(asked, [
      'application/gzip',
      'application/octet-stream',
      'application/dicom',
      'image/png',
    ]);
    return type === 'application/dicom' ? 'seg' : undefined;
  }
  const found = labelFormatNames.find((known) => known === name);
  if (found !== undefined) return found;
  throw new HttpError(400, `format must be of ${labelFormatNames.join(', ')}, got '${name}'`);
}

/** The first type that is offered and accepted (RFC 9110, 12.5.1). */
function typeFor({ accept = '*/*' }: Asked, offered: readonly string[]): string {
  const ranges = accept.split(',').flatMap((part) => {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return parameters.some((text) => /^q=0(\.0*)?$/.test(text)) ? [] : [range];
  });
  const fits = (type: string) =>
    ranges.some(
      (range) => range === '*/*' || range === type || range === `${type.split('/')[0]}/*`,
    );
  const found = offered.find(fits);
  if (found !== undefined) return found;
  throw new HttpError(406, `this is given as ${offered.join(' or ')}, but Accept is '${accept}'`);
}
