import { confusion, dice, hausdorffDistance, lesionWise } from '@sts-net/metrics';

const grid = (...data) => ({ data: Uint8Array.from(data), shape: [1, data.length] });
const [prediction, truth] = [grid(0, 1, 1, 0, 0), grid(0, 0, 1, 1, 0)];
const scores = [
  dice(confusion(prediction, truth)),
  hausdorffDistance(prediction, truth, { spacing: [1, 2] }),
  lesionWise(prediction, truth).f1,
];
if (scores.join() !== '0.5,2,1') throw new Error(`got ${scores}`);
