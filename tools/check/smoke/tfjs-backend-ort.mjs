import { readOnnxMetadata } from '@sts-net/tfjs-backend-ort/onnx';
import { OrtMissingError, registerOrtBackend } from '@sts-net/tfjs-backend-ort/web';

if (readOnnxMetadata(new Uint8Array()).size !== 0) throw new Error('an empty file has metadata');
try {
  await registerOrtBackend({ provider: 'webgpu' });
  throw new Error('started without WebGPU');
} catch (error) {
  if (!(error instanceof OrtMissingError) || !/no WebGPU here/.test(error.message)) throw error;
}
