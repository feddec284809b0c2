import { convnet, transfer } from './convnet.ts';
import { dcgan } from './dcgan.ts';
import { customLoop, dataset, secondOrder } from './loops.ts';
import type { Program } from './program.ts';
import { gru, lstm } from './text.ts';

export type { Program, ProgramSize } from './program.ts';

/** Every program by what it shows. */
export const programs: Readonly<Record<string, Program>> = {
  ...{ convnet, lstm, gru, transfer, dcgan },
  ...{ 'custom loop': customLoop, 'second-order gradients': secondOrder, 'tf.data': dataset },
};
