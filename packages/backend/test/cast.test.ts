import { describeBackends } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

describeBackends('cast to float32', () => {
  // Large enough that `webgpu` does not leave it to the processor.
  const rows = 1000;

  test.each(['int32', 'bool'] as const)(
    '%s: numbers that are moved, not computed with',
    async (dtype) => {
      const pattern = Int32Array.from({ length: 2 * rows }, (_, i) => (i % 5 === 0 ? 1 : 0));
      const whole = tf.tensor3d(pattern, [1, rows, 2], 'int32');
      const before = tf.memory().numTensors;
      const [sums, moved] = tf.tidy(() => {
        const some = dtype === 'bool' ? tf.equal(whole, 1) : tf.mul(whole, whole);
        const cast = tf.cast(some, 'float32');
        return [tf.sum(cast, 1), tf.transpose(cast, [0, 2, 1])] as const;
      });
      expect(await sums.data()).toEqual(Float32Array.of(rows / 5, rows / 5));
      const [even, odd] = [0, 1].map((column) => pattern.filter((_, i) => i % 2 === column));
      expect(await moved.data()).toEqual(Float32Array.of(...even!, ...odd!));
      tf.dispose([sums, moved]);
      expect(tf.memory().numTensors).toBe(before);
      whole.dispose();
    },
  );
});
