import { amplify } from '@sts-net/amplify';
import { ndarray } from '@sts-net/views';

const mask = ndarray(new Uint8Array(64 * 64), [64, 64]);
for (let i = 0; i < 16; i++) mask.set(30 + (i >> 2), 30 + (i & 3), 1);
const image = ndarray(new Float32Array(64 * 64).fill(1), [64, 64, 1]);
const copies = [...amplify({ id: 'a', group: 'a', image, mask }, { method: 4 })];
if (copies.length !== 6) throw new Error(`method 4 must make six images, made ${copies.length}`);
