import type { ModelDescription } from './model-description.ts';
import { parseDescription, parseJson } from './parse-model.ts';

/**
 * The description that a file of weights holds in its metadata; the weights themselves are not read.
 *
 * @throws RangeError if it is no file of `sts-net export web`
 */
export async function descriptionOf(weights: Blob, subject: string): Promise<ModelDescription> {
  const text = await metadataOf(weights);
  if (text !== undefined) return parseDescription(parseJson(text, subject), subject);
  throw new RangeError(
    `${subject} must be the weights.safetensors that \`sts-net export web\` writes, with the description of the model in it, but is another file; export the model again, or give the address of its model.json`,
  );
}

/** The description in the header of a safetensors file, if there is one. */
async function metadataOf(weights: Blob): Promise<string | undefined> {
  try {
    const length = new DataView(await weights.slice(0, 8).arrayBuffer()).getBigUint64(0, true);
    if (length > BigInt(weights.size)) return undefined;
    const header = JSON.parse(await weights.slice(8, 8 + Number(length)).text());
    const { description } = header.__metadata__;
    return typeof description === 'string' ? description : undefined;
  } catch {
    return undefined;
  }
}
