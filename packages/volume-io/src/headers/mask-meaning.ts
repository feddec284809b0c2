/** A code of a terminology (PS3.16), such as `{ value: '52988006', scheme: 'SCT', meaning: 'Lesion' }`. */
export interface DicomCode {
  /** At most 16 characters. */
  readonly value: string;
  /** `SCT` is SNOMED CT, `DCM` is DICOM's own; at most 16 characters. */
  readonly scheme: string;
  /** In words, at most 64 characters. */
  readonly meaning: string;
}

/** What made a mask. */
export interface DicomAlgorithm {
  /** At most 64 characters. */
  readonly name: string;
  /** At most 64 characters. */
  readonly version: string;
  /** With what: weights, thresholds, … in words, at most 10240 characters. */
  readonly parameters?: string;
}

/** What a mask shows, and what made it. */
export interface MaskMeaning {
  /** @default 'AUTOMATIC' */
  readonly algorithmType?: 'AUTOMATIC' | 'SEMIAUTOMATIC' | 'MANUAL';
  /** What made it, unless by hand. @default `sts-net`, of no version */
  readonly algorithm?: DicomAlgorithm;
  /** The kind of thing. @default SNOMED CT 49755003, Morphologically Abnormal Structure */
  readonly category?: DicomCode;
  /** The thing. @default SNOMED CT 52988006, Lesion */
  readonly type?: DicomCode;
  /** Where in the body (`AnatomicRegionSequence`). @default not said */
  readonly region?: DicomCode;
  /** What it is shown in: red, green, blue, 0–255, of sRGB. */
  readonly color?: readonly [red: number, green: number, blue: number];
}

/** @throws {RangeError} if something cannot be written; `subject` begins the message */
export function checkMeaning(subject: string, meaning: MaskMeaning): void {
  const { algorithmType = 'AUTOMATIC', algorithm, color } = meaning;
  if (!['AUTOMATIC', 'SEMIAUTOMATIC', 'MANUAL'].includes(algorithmType)) {
    throw new RangeError(
      `${subject} must have algorithmType AUTOMATIC, SEMIAUTOMATIC or MANUAL, got ${algorithmType}; choose one`,
    );
  }
  for (const key of ['category', 'type', 'region'] as const) {
    const code = meaning[key];
    if (code === undefined) continue;
    checkText(subject, `${key}.value`, code.value, 16);
    checkText(subject, `${key}.scheme`, code.scheme, 16);
    checkText(subject, `${key}.meaning`, code.meaning, 64);
  }
  if (algorithm !== undefined) {
    checkText(subject, 'algorithm.name', algorithm.name, 64);
    checkText(subject, 'algorithm.version', algorithm.version, 64);
    const { parameters } = algorithm;
    if (parameters !== undefined) checkText(subject, 'algorithm.parameters', parameters, 10240);
  }
  const isByte = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;
  if (color !== undefined && !(color.length === 3 && color.every(isByte))) {
    throw new RangeError(
      `${subject} must have a color of three whole numbers from 0 to 255, got [${color.join(', ')}]`,
    );
  }
}

function checkText(subject: string, field: string, text: string, most: number): void {
  // A backslash would begin another value.
  if (text.length > 0 && text.length <= most && /^[^\\\p{Cc}]*$/u.test(text)) return;
  throw new RangeError(
    `${subject} must have ${field} of 1 to ${most} characters without \\, got ${JSON.stringify(text.slice(0, 80))}; shorten or correct it`,
  );
}
