import { z } from 'zod';

const named = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('csv') }),
  z.strictObject({ name: z.literal('tensorboard') }),
  z.strictObject({
    name: z.literal('mlflow'),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address, http://…' })
      .describe('Address of the server, such as http://127.0.0.1:5000.'),
    experiment: z
      .string()
      .min(1)
      .default('sts-net')
      .describe('Name of the experiment, which is made where the server has none.'),
  }),
]);

/** Writers of a run's numbers besides its own log. */
export const loggersSchema = z
  .array(
    z.union([
      z.literal('csv').transform((name) => ({ name })),
      z.literal('tensorboard').transform((name) => ({ name })),
      named,
    ]),
  )
  .default([])
  .describe(
    'Where the numbers of the run are written too: csv, a table log.csv in its folder; tensorboard, files for TensorBoard in its folder tensorboard; mlflow, a server of MLflow.',
  );
