import { z } from 'zod';
import { gridSchema } from './grid-schema.ts';

/**
 * The JSON Schema of a grid file, by which editors complete and check it; published as
 * `sts-net/grid.schema.json`.
 */
export function gridJsonSchema(): object {
  const schema = z.toJSONSchema(gridSchema, { io: 'input', target: 'draft-7' });
  return { title: 'Grid of sts-net', ...schema };
}
