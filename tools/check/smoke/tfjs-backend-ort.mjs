import { readOnnxMetadata } from '@sts-net/tfjs-backend-ort/onnx';
import { OrtMissingError, registerOrtBackend } from '@sts-net/tfjs-backend-ort/web';

if (readOnnxMetadata(new Uint8Array()).size !== 0) throw new Error('an empty file has metadata');
// Deno has WebGPU, on a processor too.
const adapter = await globalThis.navigator?.gpu?.requestAdapter();
try {
  await registerOrtBackend({ provider: 'webgpu' });
  if (!adapter) throw new Error('started without WebGPU');
} catch (error) {
  if (!(error instanceof OrtMissingError) || !/no WebGPU here/.test(error.message)) throw error;
}
