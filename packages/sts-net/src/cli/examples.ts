import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** What `--help` shows of each command, by its words: command lines that work as they stand. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  init: [
    'sts-net init',
    "sts-net init scans --kind nifti-pairs --image 'images/{id}.nii.gz' --mask 'masks/{id}.nii.gz'",
  ],
  plan: ['sts-net plan busi/manifest.jsonl --output config.jsonc --preset sts-net'],
  train: [
    'sts-net train config.jsonc',
    'sts-net train config.jsonc --set training.steps=5000 --seed 1 --output run-1',
    'sts-net train config.jsonc --resume',
  ],
  tune: ['sts-net tune run --aim lesion-f1', 'sts-net tune run/fold-0 run/fold-1 --aim recall@2'],
  predict: [
    'sts-net predict image.nii.gz --model run --output label.nii.gz',
    'sts-net predict flair=flair.nii.gz t1=t1.nii.gz --model run --output label.nii.gz',
    'sts-net predict --folder scans --model run --output predictions --probabilities',
  ],
  serve: [
    'sts-net serve run --port 8080',
    'sts-net serve run --watch incoming --output results --format seg',
  ],
  evaluate: [
    'sts-net evaluate --model run --split test --html scores.html',
    "sts-net evaluate --prediction predictions --truth labels --patient '{patient}_*' --csv cases.csv",
  ],
  report: ['sts-net report run --output report.html'],
  compare: [
    'sts-net compare run-a run-b --split test',
    'sts-net compare labels-a labels-b --truth truth --scores dice,hd95 --output comparison',
  ],
  'grid plan': ['sts-net grid plan grid.json --output grid'],
  'grid run': ['sts-net grid run grid --local 2', 'sts-net grid run grid --index 3'],
  'grid status': ['sts-net grid status grid'],
  'grid merge': ['sts-net grid merge grid'],
  'grid slurm': ['sts-net grid slurm grid > grid.sh'],
  'grid kubernetes': ['sts-net grid kubernetes grid > grid.yaml'],
  export: ['sts-net export web run page --fp16', 'sts-net export onnx run model.onnx --size any'],
  preview: ['sts-net preview page'],
  'data prepare': [
    'sts-net data prepare busi Dataset_BUSI_with_GT --output busi --group-alike',
    "sts-net data prepare nifti-pairs scans --image 't1={id}_T1.nii.gz' --image 'flair={id}_FLAIR.nii.gz' --mask '{id}_mask.nii.gz' --output prepared",
  ],
  'data split': ['sts-net data split busi/manifest.jsonl --test 0.2 --validation 0.1'],
  'data check': ['sts-net data check busi/manifest.jsonl'],
  'data stats': ['sts-net data stats busi/manifest.jsonl --output busi.html'],
  'data export': ['sts-net data export nnunet busi/manifest.jsonl --output Dataset001_BUSI'],
  stats: ['sts-net stats config.jsonc --output batches.html'],
  amplify: ['sts-net amplify config.jsonc --output amplified --format png'],
  summary: [
    'sts-net summary --encoder resnext50_32x4d --decoder deeplabv3 --attention esca',
    'sts-net summary --network m2snet --size 352',
  ],
  models: ['sts-net models --decoder unet --size 256'],
  doctor: ['sts-net doctor', 'sts-net doctor --json'],
  demo: ['sts-net demo --preset light --steps 100'],
  completion: ['sts-net completion bash >> ~/.bashrc'],
};

/** Adds the examples of a command, and of those below it, to its help. */
export function addExamples(command: CommandUnknownOpts, words: string = command.name()): void {
  const own = examples[words];
  if (own !== undefined) {
    const title = own.length === 1 ? 'Example' : 'Examples';
    command.addHelpText('after', `\n${title}:\n${own.map((line) => `  ${line}`).join('\n')}`);
  }
  for (const sub of command.commands) addExamples(sub, `${words} ${sub.name()}`);
}
