import { fitImages } from './fit-images.ts';
import { fromLogits, type ImageShape, type Predictor } from './predictor.ts';

/** A tensor of ONNX Runtime, as far as it is looked at here. */
interface OnnxTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** A session of `onnxruntime-node` or `onnxruntime-web`, as far as it is used here. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly {
    readonly isTensor: boolean;
    /** Sizes that are free have a name. */
    readonly shape?: readonly (number | string)[];
  }[];
  // biome-ignore lint/suspicious/noExplicitAny: each runtime has a tensor class of its own.
  run(feeds: Record<string, any>): Promise<Readonly<Record<string, OnnxTensor>>>;
}

/** The `Tensor` class that belongs to the session. */
export type OnnxTensorClass = new (
  type: 'float32',
  data: Float32Array,
  dims: readonly number[],
) => unknown;

export interface OnnxPredictorOptions {
  /** What errors call the network, for example its file. @default 'the ONNX network' */
  readonly subject?: string;
  /** At least 2, background included. */
  readonly classes: number;
}

/**
 * The predictor that an ONNX session is, of a network that takes `[batch, height, width, channels]`
 * and gives logits `[batch, height, width, classes]`. Images smaller than the network's size, if it
 * has one, are padded with zeros at the bottom and right, and the result is cropped back; more than it
 * takes at once, if that is fixed, go through it one after the other.
 *
 * @throws RangeError if the network takes anything else; at a prediction, if it gives anything else, and the
 * runtime's error, with the network's name, if it cannot be run
 */
export function onnxPredictor(
  session: OnnxSession,
  Tensor: OnnxTensorClass,
  { subject = 'the ONNX network', classes }: OnnxPredictorOptions,
): Predictor {
  const [input] = session.inputMetadata;
  const shape = (input?.isTensor && input.shape) || [];
  const channels = shape[3];
  if (shape.length !== 4 || typeof channels !== 'number') {
    throw new RangeError(
      `${subject} must take images [batch, height, width, channels], got [${shape.join(', ')}]; export it again with these axes`,
    );
  }
  const outputOf = async (image: unknown): Promise<OnnxTensor> => {
    try {
      return (await session.run({ [session.inputNames[0]!]: image }))[session.outputNames[0]!]!;
    } catch (cause) {
      throw new Error(
        `${subject}: ONNX Runtime cannot run it: ${(cause as Error).message.trim()}`,
        {
          cause,
        },
      );
    }
  };
  const together = async (images: Float32Array, given: ImageShape): Promise<Float32Array> => {
    const target = ([0, 1, 2] as const).map((axis) => {
      const size = shape[axis];
      return typeof size === 'number' ? size : given[axis];
    }) as [number, number, number];
    const fitted = fitImages(images, given, target, subject);
    const { data, dims } = await outputOf(new Tensor('float32', fitted.images, fitted.shape));
    // Of two classes, one logit may be for the second.
    const maps = dims.at(-1) === 1 && classes === 2 ? 1 : classes;
    const expected = [...fitted.shape.slice(0, 3), maps].join(', ');
    if (!(data instanceof Float32Array && dims.join(', ') === expected)) {
      throw new RangeError(
        `${subject} must give float32 logits [${expected}], got [${dims.join(', ')}]; export it again`,
      );
    }
    return fitted.crop(data, maps);
  };
  const logits = async (images: Float32Array, given: ImageShape): Promise<Float32Array> => {
    const [batch, ...size] = given;
    const most = typeof shape[0] === 'number' ? shape[0] : batch;
    if (batch <= most) return together(images, given);
    const length = size.reduce((a, b) => a * b);
    const parts: Float32Array[] = [];
    for (let first = 0; first < batch; first += most) {
      const end = Math.min(batch, first + most);
      const part = images.subarray(first * length, end * length);
      parts.push(await together(part, [end - first, ...size]));
    }
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  return fromLogits({ channels, classes, logits });
}
