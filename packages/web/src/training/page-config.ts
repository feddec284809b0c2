import { ConfigError } from '@sts-net/datasets/validation';
import { type Loss, type MemoryConfig, validateMemoryConfig } from '@sts-net/experiment';

/** What errors call it. */
const subject = '`trainInWorker`: config';

/**
 * The config of a training in a page, with its defaults filled in.
 *
 * @throws ValidationError naming the field that is missing or wrong; ConfigError naming one that pages cannot do
 */
export function validatePageConfig(value: unknown): MemoryConfig {
  const config = validateMemoryConfig(value, subject);
  const { pretrained, workers, validation, loss } = config.training;
  refuse(
    pretrained !== undefined,
    'pretrained',
    'be left out in a page, which has no files; give weights as `start`',
  );
  refuse(
    (workers ?? 0) > 0,
    'workers',
    `be 0 or left out in a page, where one worker trains, got ${workers}`,
  );
  refuse(
    (validation.keep ?? 1) > 1,
    'validation.keep',
    `be 1 or left out in a page, which keeps the best weights alone, got ${validation.keep}`,
  );
  refuse(
    namesOf(loss).includes('lossnet'),
    'loss',
    'be another than lossnet in a page, which has no file of its weights',
  );
  return config;
}

function refuse(isWrong: boolean, field: string, requirement: string): void {
  if (isWrong) throw new ConfigError(`${subject}: training.${field}: must ${requirement}`);
}

function namesOf(loss: Loss): readonly string[] {
  if (typeof loss === 'string') return [loss];
  return (Array.isArray(loss) ? loss : [loss]).map(({ name }) => name);
}
