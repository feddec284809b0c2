import { readFileSync } from 'node:fs';
import { readOnnxMetadata } from '@sts-net/tfjs-backend-ort';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { fileError } from '../files/file-error.ts';
import type { Classifier } from '../inference/classifier.ts';
import { fitImages } from './fit-images.ts';

/** A network from an ONNX file. */
export interface OnnxModel {
  /** For `predictVolume`. */
  readonly classify: Classifier;
  /** The config that the network was trained with. */
  readonly config: ExperimentConfig;
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
  const config = configOf(file, path);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(file, { logSeverityLevel: 4 });
  } catch (cause) {
    throw new Error(
      `'${path}': ONNX Runtime cannot load it (${(cause as Error).message}); export it again`,
      { cause },
    );
  }
  const input = session.inputMetadata[0];
  const shape = input?.isTensor ? input.shape : [];
  if (shape.length !== 4) {
    throw new RangeError(
      `'${path}' must take images [batch, height, width, channels], got [${shape.join(', ')}]; export it with \`sts-net export onnx\``,
    );
  }
  const classify: Classifier = async (images, given) => {
    // Sizes that are free have a name.
    const target = ([0, 1, 2] as const).map((axis) => {
      const size = shape[axis];
      return typeof size === 'number' ? size : given[axis];
    }) as [number, number, number];
    const fitted = fitImages(images, given, target, `'${path}'`);
    const results = await session.run({
      [session.inputNames[0]!]: new Tensor('float32', fitted.images, fitted.shape),
    });
    const logits = results[session.outputNames[0]!]!;
    return fitted.labels(logits.data as Float32Array, logits.dims.at(-1)!);
  };
  return { classify, config };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
}

function configOf(file: Uint8Array, path: string): ExperimentConfig {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = readOnnxMetadata(file).get('sts-net');
    if (text !== undefined) return validateConfig(JSON.parse(text), path);
  } catch (error) {
    if (text !== undefined && !(error instanceof SyntaxError)) throw error;
    cause = error;
  }
  throw new RangeError(
    `'${path}' must be an ONNX file that \`sts-net export onnx\` wrote, with the config in its metadata; export it again`,
    { cause },
  );
}
