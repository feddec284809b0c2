import type { Decision } from '@sts-net/inference';
import type { DicomAlgorithm } from '@sts-net/volume-io';
import { packageVersion } from '../program/package-version.ts';
import type { OpenPredictor } from './open-predictor.ts';

/**
 * What made labels, as DICOM names it: this program with its networks, its version, and the digest of the
 * weights with what else decides.
 */
export async function algorithmOf(
  { networks, asked, digest }: Pick<OpenPredictor, 'networks' | 'asked' | 'digest'>,
  decision: Decision,
): Promise<DicomAlgorithm> {
  const [first, ...others] = networks;
  const name = others.length === 0 ? `sts-net ${first}` : `sts-net, ${networks.length} networks`;
  const options = JSON.stringify({ ...asked, ...decision });
  const parameters = `model ${await digest()} (${networks.join(', ')}), options ${options}`;
  // As long as DICOM lets them be.
  return {
    name: name.slice(0, 64),
    version: packageVersion(),
    parameters: parameters.slice(0, 10240),
  };
}
