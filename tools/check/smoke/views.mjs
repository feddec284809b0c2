import { ndarray } from '@sts-net/views';

const view = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])
  .transpose(1, 0)
  .lo(1, 0);
if (view.get(1, 1) !== 6 || view.size !== 4) throw new Error('view');
