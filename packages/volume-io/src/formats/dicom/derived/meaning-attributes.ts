import type { DicomCode, MaskMeaning } from '../../../headers/mask-meaning.ts';
import type { Attributes } from '../elements/encode-file.ts';

export const ABNORMAL: DicomCode = {
  value: '49755003',
  scheme: 'SCT',
  meaning: 'Morphologically Abnormal Structure',
};
export const LESION: DicomCode = { value: '52988006', scheme: 'SCT', meaning: 'Lesion' };
/** Of the families of algorithms (PS3.16, CID 7162). */
const LEARNT: DicomCode = { value: '123110', scheme: 'DCM', meaning: 'Artificial Intelligence' };

/** The name of what made a mask; undefined for one by hand. */
export function algorithmName({ algorithmType, algorithm }: MaskMeaning): string | undefined {
  return algorithmType === 'MANUAL' ? undefined : (algorithm?.name ?? 'sts-net');
}

/** What made a mask (PS3.3, 10.16), where its version is known. */
export function algorithmOf({ algorithmType, algorithm }: MaskMeaning): readonly Attributes[] {
  if (algorithm === undefined || algorithmType === 'MANUAL') return [];
  const { name, version, parameters } = algorithm;
  return [
    {
      AlgorithmFamilyCodeSequence: [codeOf(LEARNT)],
      AlgorithmName: name,
      AlgorithmVersion: version,
      ...(parameters === undefined ? {} : { AlgorithmParameters: parameters }),
    },
  ];
}

export function codeOf({ value, scheme, meaning }: DicomCode): Attributes {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}
