import { probeBackends, useBackend } from '@sts-net/backend';
import * as tf from '@tensorflow/tfjs-core';

const { name } = await useBackend('cpu');
const [sum] = await tf.sum(tf.ones([3])).data();
if (name !== 'cpu' || sum !== 3) throw new Error(`${name}: ${sum}`);
if (!(await probeBackends()).some((probe) => probe.name === 'wasm')) throw new Error('no probes');
