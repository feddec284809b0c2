import * as z from 'zod';

/** Text as DICOM takes it: a backslash would begin another value. */
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\\\p{Cc}]+$/u, 'must not contain \\ or line breaks');

const codeSchema = z.strictObject({
  value: text(16).describe('As 52988006.'),
  scheme: text(16).describe('SCT for SNOMED CT, DCM for DICOM’s own.'),
  meaning: text(64).describe('In words, as Lesion.'),
});

const byte = z.int().min(0).max(255);

const targetSchema = z.strictObject({
  name: text(64).describe('What the segment or region is called.'),
  category: codeSchema
    .exactOptional()
    .describe('The kind of thing; else SCT 49755003, Morphologically Abnormal Structure.'),
  type: codeSchema.exactOptional().describe('The thing; else SCT 52988006, Lesion.'),
  region: codeSchema.exactOptional().describe('Where in the body; else it is not said.'),
  color: z
    .tuple([byte, byte, byte])
    .exactOptional()
    .describe('What it is shown in: red, green, blue, 0 to 255.'),
});

export const targetsSchema = z.array(targetSchema).min(1);

/** What a class but the background is, for files that say so. */
export type Target = z.output<typeof targetSchema>;
