import { z } from 'zod';

const length = z.int().positive();

/** Height and width in pixels, or one number for both. */
export const planeSize: z.ZodType<[height: number, width: number]> = z.union([
  z.tuple([length, length]),
  length.transform((side): [number, number] => [side, side]),
]);
