import { basename, join } from 'node:path';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { csvLog } from '../loggers/csv-log.ts';
import { mlflowLog } from '../loggers/mlflow-log.ts';
import type { TrainEvent } from '../loggers/run-log.ts';
import { tensorboardLog } from '../loggers/tensorboard-log.ts';
import type { RunFolder } from './run-folder.ts';

/** The writers that a config names, which take every line of the log. */
export function createLoggers(
  config: ExperimentConfig,
  { folder }: RunFolder,
  onWarning: (message: string) => void,
): readonly ((event: TrainEvent) => Promise<void>)[] {
  const { loggers, ...described } = config;
  return loggers.map((logger) => {
    if (logger.name === 'csv') return csvLog(join(folder, 'log.csv'));
    if (logger.name !== 'mlflow') return tensorboardLog(join(folder, 'tensorboard'));
    return mlflowLog({
      ...logger,
      run: basename(folder),
      file: join(folder, 'mlflow.txt'),
      config: described,
      onWarning,
    });
  });
}
