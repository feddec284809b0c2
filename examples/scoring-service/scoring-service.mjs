// Scores predictions over HTTP: node scoring-service.mjs [PORT]; see README.md.
import { pathToFileURL } from 'node:url';
import multipart from '@fastify/multipart';
import {
  averageSymmetricSurfaceDistance,
  confusion,
  dice,
  hausdorffDistance,
  lesionWise,
  precision,
  recall,
} from '@sts-net/metrics';
import { labelsOf, ontoGridOf, readVolume } from '@sts-net/volume-io';
import Fastify from 'fastify';

/** The scores of a mask against the truth, both volumes of labels; 0 is the background. */
export function scoresOf(prediction, truth) {
  const like = labelsOf(truth, 'nonzero', { subject: 'the truth' });
  const placed = ontoGridOf(prediction, truth, {
    subject: 'the prediction',
    reference: 'the truth',
  });
  const marked = labelsOf(placed, 'nonzero', { subject: 'the prediction' });
  const [p, t] = [marked.voxels, like.voxels];
  const counts = confusion(p, t);
  const lesions = lesionWise(p, t);
  const spacing = truth.spacing;
  return {
    dice: dice(counts),
    precision: precision(counts),
    recall: recall(counts),
    hd95: hausdorffDistance(p, t, { spacing, percentile: 95 }),
    assd: averageSymmetricSurfaceDistance(p, t, { spacing }),
    lesions: { true: lesions.found + lesions.missed, found: lesions.found },
  };
}

/** The service, not yet listening. */
export async function createService(options = {}) {
  const service = Fastify(options);
  await service.register(multipart, { limits: { fileSize: 256 * 2 ** 20, files: 2 } });
  service.post('/scores', async (request, reply) => {
    const volumes = {};
    for await (const part of request.files()) {
      // What is no volume, or is damaged, is refused with a sentence that says why.
      const read = readVolume(await part.toBuffer(), { name: part.filename });
      const volume = await read.catch((error) => error);
      if (volume instanceof Error) return reply.code(422).send({ error: volume.message });
      volumes[part.fieldname] = volume;
    }
    const { prediction, truth } = volumes;
    if (prediction === undefined || truth === undefined) {
      return reply.code(400).send({ error: 'send the files `prediction` and `truth`' });
    }
    try {
      return scoresOf(prediction, truth);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reply.code(422).send({ error: error.message });
    }
  });
  return service;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const service = await createService();
  console.log(await service.listen({ port: Number(process.argv[2] ?? 8081) }));
}
