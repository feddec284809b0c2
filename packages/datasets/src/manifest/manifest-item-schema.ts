import { z } from 'zod';
import { channelCountRule, channelName, channelNameRule } from '../validation/channel-name.ts';
import type { ManifestItem } from './manifest-item.ts';

const name = z.string().min(1);
const channels = z
  .record(z.string().regex(channelName, channelNameRule), name)
  .refine((image) => Object.keys(image).length > 0, channelCountRule);
const length = z.int().min(1);
const distance = z.number().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 hexadecimal digits of a SHA-256');

/** Validates a line of a manifest. */
export const manifestItemSchema: z.ZodType<ManifestItem> = z
  .strictObject({
    id: name.regex(/^[^/\\]+$/, 'must not contain / or \\, because it names output files'),
    group: name,
    image: z.union([name, channels]),
    mask: name.nullable(),
    ignore: z.int().optional(),
    size: z.tuple([length, length, length]),
    spacing: z.tuple([distance, distance, distance]).nullable(),
    modality: name.optional(),
    area: z.int().min(0),
    digest: sha256,
    fingerprint: z
      .string()
      .regex(/^[A-Za-z0-9+/]{340}$/, 'must be what `data prepare` wrote, 340 characters')
      .optional(),
    seal: sha256.optional(),
    split: z.enum(['training', 'validation', 'test']).optional(),
    source: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ mask, area }) => mask !== null || area === 0, {
    path: ['area'],
    message: 'must be 0, because there is no mask',
  });
