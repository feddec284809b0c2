import { readFileSync } from 'node:fs';
import { fileError } from '@sts-net/datasets/files';
import { type OnnxSession, onnxPredictor, type Predictor } from '@sts-net/inference';
import { loadOrt, readOnnxMetadata } from '@sts-net/tfjs-backend-ort';
import { type ModelDescription, parseDescription } from '../runs/model-file.ts';

/** A network from an ONNX file. */
export interface OnnxModel extends ModelDescription {
  /** For `predictVolume`. */
  readonly predictor: Predictor;
}

/**
 * Loads an ONNX file that `exportModel` or `sts-net export onnx` wrote. Images smaller than the
 * file's size, if it has one, are padded with zeros at the bottom and right, and the result is cropped
 * back.
 *
 * @throws Error naming the file and the cure, if it is missing, damaged or of another program
 */
export async function loadOnnx(path: string): Promise<OnnxModel> {
  const file = read(path);
  const description = descriptionOf(file, path);
  const { InferenceSession, Tensor } = await loadOrt();
  let session: OnnxSession;
  try {
    session = await InferenceSession.create(file, { logSeverityLevel: 4 });
  } catch (cause) {
    throw new RangeError(
      `'${path}': ONNX Runtime cannot load it (${(cause as Error).message}); export it again`,
      { cause },
    );
  }
  const predictor = onnxPredictor(session, Tensor, {
    subject: `'${path}'`,
    classes: Math.max(2, description.network.classes),
  });
  return { predictor, ...description };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
}

function descriptionOf(file: Uint8Array, path: string): ModelDescription {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = readOnnxMetadata(file).get('sts-net');
    if (text !== undefined) return parseDescription(text, path);
  } catch (error) {
    if (text !== undefined && !(error instanceof SyntaxError)) throw error;
    cause = error;
  }
  throw new RangeError(
    `'${path}' must be an ONNX file that this program exported, with the network and its preprocessing in its metadata; export it again`,
    { cause },
  );
}
