import { z } from 'zod';
import { experimentSchema } from './experiment-config.ts';

/**
 * The JSON Schema of a config as it is written, by which editors complete and check it; published as
 * `sts-net/config.schema.json`.
 */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input', target: 'draft-7' });
  return { title: 'Config of sts-net', ...schema };
}
