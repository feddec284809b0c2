import * as tf from '@tensorflow/tfjs-core';

let isRegistered = false;

/**
 * Makes `Cast` convert numbers on `webgpu`. TensorFlow.js 4.22 casts integers and booleans to
 * float32 there by name alone; kernels that move values, such as the transposition inside a sum
 * over an axis, then fail to compile, and the result is zeros without an error.
 */
export function registerWebgpuCast(): void {
  const cast = tf.getKernel('Cast', 'webgpu');
  const floor = tf.getKernel('Floor', 'webgpu');
  if (isRegistered || cast == null || floor == null) return;
  isRegistered = true;
  tf.unregisterKernel('Cast', 'webgpu');
  tf.registerKernel({
    ...cast,
    kernelFunc: (params) => {
      const result = cast.kernelFunc(params) as tf.TensorInfo;
      const { dtype } = params.inputs['x']!;
      if (result.dtype !== 'float32' || (dtype !== 'int32' && dtype !== 'bool')) return result;
      // Whole numbers are their own floor, which is computed as a number of the result's type.
      const { backend } = params;
      const converted = floor.kernelFunc({ inputs: { x: result }, attrs: {}, backend });
      (backend as tf.KernelBackend).disposeData(result.dataId);
      return converted;
    },
  });
}
