import { resolve } from 'node:path';
import { checkLength, runNormalization } from '@sts-net/experiment';
import { CaseCache, cacheOfConfig } from '../cases/case-cache.ts';
import { withChannels } from '../cases/case-channels.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { lookAtTraining } from '../familiarity/trained-on.ts';
import { lockFolder } from '../locks/folder-lock.ts';
import { fileDigests, withCache, withDigests } from './data-record.ts';
import { openRun, writeIdentity } from './open-run.ts';
import { prepareEngine } from './prepare-engine.ts';
import { runFolder } from './run-folder.ts';
import { runTraining } from './run-training.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { findData, prepareData } from './training-data.ts';

/**
 * Trains as a config says and leaves in the output folder: `config.json`, `log.jsonl` (one event a
 * line), `data.json` (which cases it has, and digests of their files), `last.safetensors` and
 * `previous.safetensors` (to resume from) and `best.safetensors` (weights of the best validation
 * score; without a validation split, of the last step saved; with what prediction needs and nothing
 * of the data). The test split is not looked at.
 *
 * A run that is stopped at any moment and resumed ends with the same numbers as one that is not, on
 * the same backend. One that is finished goes on where its config has become longer.
 *
 * @throws Error naming the field or file and the cure; checkpoints written before stay as they are.
 * DataChangedError on resuming with other data, LockedError where another process trains there.
 */
export async function train(
  config: ExperimentConfig,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const baseFolder = resolve(options.baseFolder ?? process.cwd());
  const given = validateConfig(config);
  const run = runFolder(resolve(baseFolder, given.output));
  const found = await findData(given, baseFolder, options.source);
  const { split, reader } = found;
  const checked = withChannels(given, Object.values(split).flat());
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const lock = await lockFolder(run.folder, onWarning);
  try {
    const { resume = false, acceptData = false } = options;
    const opened = await openRun(run, checked, found, { resume, acceptData, onWarning });
    const { preprocessing } = checked;
    const normalization = await runNormalization(
      preprocessing,
      opened.checkpoint?.normalization,
      split.training,
      reader,
    );
    const trainedOn =
      opened.checkpoint?.trainedOn ?? (await lookAtTraining(split.training, preprocessing, reader));
    const kept = cacheOfConfig(checked.data, baseFolder);
    const digests = fileDigests(split, opened.record);
    const cache = kept && new CaseCache(kept, { digests, onWarning });
    const data = await prepareData(
      { ...checked, preprocessing: { ...preprocessing, normalization: normalization.rule } },
      { split: withDigests(split, opened.record), reader, cache },
      options,
    );
    if (data.warning !== undefined) onWarning(data.warning);
    if (opened.checkpoint !== undefined) {
      const { stepsPerEpoch } = data.source;
      checkLength(opened.checkpoint, checked, stepsPerEpoch, {
        schedule: options.schedule,
        ...{ run: checked.output, option: 'output' },
      }).forEach(onWarning);
    }
    const backend = await prepareEngine(checked.backend);
    await writeIdentity(run, checked, withCache(opened.record, kept, run.folder));
    return await runTraining(checked, options, {
      run,
      lock,
      data,
      backend,
      warnings,
      baseFolder,
      normalization,
      trainedOn,
      checkpoint: opened.checkpoint,
    });
  } finally {
    await lock.release();
  }
}
