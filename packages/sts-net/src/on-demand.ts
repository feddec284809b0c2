// Functions that are loaded when they are first called, and so give promises: importing this package
// costs little more than importing TensorFlow.js. Each is described where it is written.
import type { ExperimentConfig } from './config/experiment-config.ts';
import type * as config from './config/validate-config.ts';
import type * as demo from './demo/run-demo.ts';
import type * as evaluateModelModule from './evaluation/evaluate-model.ts';
import type * as evaluateRunModule from './evaluation/evaluate-run.ts';
import type * as statistics from './evaluation/experiment-statistics.ts';
import type * as grids from './grid/grid-folder.ts';
import type * as gridStatuses from './grid/grid-status.ts';
import type * as merging from './grid/merge-grid.ts';
import type * as gridPlanning from './grid/plan-grid.ts';
import type * as gridRuns from './grid/run-grid.ts';
import type * as exportModule from './onnx/export-model.ts';
import type * as onnx from './onnx/load-onnx.ts';
import type * as fingerprintModule from './planning/fingerprint.ts';
import type * as plan from './planning/plan-config.ts';
import type * as inputs from './prediction/find-inputs.ts';
import type * as opening from './prediction/open-predictor.ts';
import type * as many from './prediction/predict-many.ts';
import type * as pretrained from './pretrained/load-pretrained.ts';
import type * as reporting from './reporting/report-run.ts';
import type * as load from './runs/load-model.ts';
import type * as trainModule from './runs/train.ts';
import type * as serving from './serving/serve-predictions.ts';
import type * as watching from './serving/watch-folder.ts';
import type * as tune from './tuning/tune-run.ts';
import type * as webExport from './web/export-web.ts';

export const train: typeof trainModule.train = async (...args) =>
  (await import('./runs/train.ts')).train(...args);

export const evaluateModel: typeof evaluateModelModule.evaluateModel = async (...args) =>
  (await import('./evaluation/evaluate-model.ts')).evaluateModel(...args);

export const evaluateRun: typeof evaluateRunModule.evaluateRun = async (...args) =>
  (await import('./evaluation/evaluate-run.ts')).evaluateRun(...args);

export const experimentStatistics: typeof statistics.experimentStatistics = async (...args) =>
  (await import('./evaluation/experiment-statistics.ts')).experimentStatistics(...args);

export const exportModel: typeof exportModule.exportModel = async (...args) =>
  (await import('./onnx/export-model.ts')).exportModel(...args);

export const exportWeb: typeof webExport.exportWeb = async (...args) =>
  (await import('./web/export-web.ts')).exportWeb(...args);

export const loadOnnx: typeof onnx.loadOnnx = async (...args) =>
  (await import('./onnx/load-onnx.ts')).loadOnnx(...args);

export const loadPretrained: typeof pretrained.loadPretrained = async (...args) =>
  (await import('./pretrained/load-pretrained.ts')).loadPretrained(...args);

export const runDemo: typeof demo.runDemo = async (...args) =>
  (await import('./demo/run-demo.ts')).runDemo(...args);

export const reportRun: typeof reporting.reportRun = async (...args) =>
  (await import('./reporting/report-run.ts')).reportRun(...args);

export const loadModel = async (
  ...args: Parameters<typeof load.loadModel>
): Promise<load.LoadedModel> => (await import('./runs/load-model.ts')).loadModel(...args);

export const loadConfig: typeof config.loadConfig = async (...args) =>
  (await import('./config/validate-config.ts')).loadConfig(...args);

export const validateConfig = async (
  ...args: Parameters<typeof config.validateConfig>
): Promise<ExperimentConfig> =>
  (await import('./config/validate-config.ts')).validateConfig(...args);

export const fingerprint: typeof fingerprintModule.fingerprint = async (...args) =>
  (await import('./planning/fingerprint.ts')).fingerprint(...args);

export const planConfig = async (...args: Parameters<typeof plan.planConfig>): Promise<plan.Plan> =>
  (await import('./planning/plan-config.ts')).planConfig(...args);

export const openPredictor: typeof opening.openPredictor = async (...args) =>
  (await import('./prediction/open-predictor.ts')).openPredictor(...args);

export const predictMany: typeof many.predictMany = async (...args) =>
  (await import('./prediction/predict-many.ts')).predictMany(...args);

export const folderTasks: typeof inputs.folderTasks = async (...args) =>
  (await import('./prediction/find-inputs.ts')).folderTasks(...args);

export const manifestTasks: typeof inputs.manifestTasks = async (...args) =>
  (await import('./prediction/find-inputs.ts')).manifestTasks(...args);

export const servePredictions: typeof serving.servePredictions = async (...args) =>
  (await import('./serving/serve-predictions.ts')).servePredictions(...args);

export const watchFolder: typeof watching.watchFolder = async (...args) =>
  (await import('./serving/watch-folder.ts')).watchFolder(...args);

export const tuneRun: typeof tune.tuneRun = async (...args) =>
  (await import('./tuning/tune-run.ts')).tuneRun(...args);

export const planGrid: typeof gridPlanning.planGrid = async (...args) =>
  (await import('./grid/plan-grid.ts')).planGrid(...args);

export const openGrid: typeof grids.openGrid = async (...args) =>
  (await import('./grid/grid-folder.ts')).openGrid(...args);

export const gridStatus: typeof gridStatuses.gridStatus = async (...args) =>
  (await import('./grid/grid-status.ts')).gridStatus(...args);

export const mergeGrid: typeof merging.mergeGrid = async (...args) =>
  (await import('./grid/merge-grid.ts')).mergeGrid(...args);

/** `runGrid` with the work of the command: trains, tunes and scores. */
export const runGrid = async (
  grid: grids.Grid,
  index: number,
  options?: gridRuns.RunGridOptions,
): Promise<boolean> => {
  const [{ runGrid: run }, { trainAndScore }] = await Promise.all([
    import('./grid/run-grid.ts'),
    import('./grid/train-and-score.ts'),
  ]);
  return run(grid, index, trainAndScore, options);
};
