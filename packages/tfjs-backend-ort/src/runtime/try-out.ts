import { writeModel } from '../onnx/model-writer.ts';
import type { OrtRuntime } from './ort-runtime.ts';

/**
 * Compiles and runs a graph of one operation, so that what ONNX Runtime lacks is found at once and
 * not in the midst of a program.
 *
 * @param options ONNX Runtime's `InferenceSession.SessionOptions`.
 * @throws what ONNX Runtime throws.
 */
export async function tryOut(ort: OrtRuntime, options: object): Promise<void> {
  const model = writeModel({
    name: 'one-operation',
    opset: 18,
    nodes: [{ op: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    inputs: [{ name: 'x', type: 'float32', shape: [1] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1] }],
    initializers: [],
  });
  const session = await ort.InferenceSession.create(model, options);
  await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
  await session.release();
}
