import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  damagedBytes,
  damagedJson,
  drawing,
  fuzzLane,
  temporaryFolder,
  unclear,
  uniform,
} from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, expect, test } from 'vitest';
import { FileError } from '../src/files/file-error.ts';
import { type DatasetName, datasets } from '../src/kinds/datasets.ts';
import { prepareDataset } from '../src/prepare/prepare-dataset.ts';
import { ValidationError } from '../src/validation/index.ts';

/**
 * Cases of each file; `FUZZ_CASES=20000 npx vitest run packages/datasets/test/fuzz` runs the whole lane.
 * `FUZZ_SEED` draws other cases.
 */
const { cases: CASES, seed: SEED } = fuzzLane(60);

const folder = temporaryFolder();
const nnunet = join(folder, 'Dataset001_Lesions');
const msd = join(folder, 'Task01_Lesions');
const bids = join(folder, 'bids');

const described = { channel_names: { 0: 'FLAIR' }, labels: { background: 0, lesion: 1 } };
const contents = {
  'dataset.json of nnU-Net': {
    path: join(nnunet, 'dataset.json'),
    value: { ...described, numTraining: 2, file_ending: '.nii', groups: { a: 'p' } },
    kind: 'nnunet',
  },
  'splits_final.json': {
    path: join(nnunet, 'splits_final.json'),
    value: [{ train: ['a'], val: ['b'] }],
    kind: 'nnunet',
  },
  'dataset.json of the Decathlon': {
    path: join(msd, 'dataset.json'),
    value: {
      ...{ modality: { 0: 'MR' }, labels: { 0: 'background', 1: 'lesion' } },
      training: [{ image: './imagesTr/a_0000.nii', label: './labelsTr/a.nii' }],
      test: ['./imagesTr/b_0000.nii'],
    },
    kind: 'msd',
  },
  'participants.tsv': {
    path: join(bids, 'participants.tsv'),
    value: 'participant_id\tage\nsub-01\t40\nsub-02\t50\n',
    kind: 'bids',
  },
} as const satisfies Record<string, { path: string; value: unknown; kind: DatasetName }>;

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

beforeAll(async () => {
  for (const [root, images, masks, names] of [
    [nnunet, 'imagesTr', 'labelsTr', ['a_0000', 'a']],
    [nnunet, 'imagesTr', 'labelsTr', ['b_0000', 'b']],
    [msd, 'imagesTr', 'labelsTr', ['a_0000', 'a']],
    [bids, 'sub-01/anat', 'sub-01/anat', ['sub-01_FLAIR', 'sub-01_label-lesion_mask']],
  ] as const) {
    mkdirSync(join(root, images), { recursive: true });
    mkdirSync(join(root, masks), { recursive: true });
    const grey = Float32Array.from(uniform(names[1], 60), (u) => 100 * u);
    const mask = Uint8Array.from(grey, (_, i) => (i % 9 === 0 ? 1 : 0));
    await writeVolume(
      join(root, images, `${names[0]}.nii`),
      createVolume(ndarray(grey, [3, 4, 5])),
    );
    await writeVolume(join(root, masks, `${names[1]}.nii`), createVolume(ndarray(mask, [3, 4, 5])));
  }
  for (const { path, value } of Object.values(contents)) writeFileSync(path, textOf(value));
});

/** What of an error is not as it should be; a data set of which nothing can be used names its folder. */
function fault(error: unknown, path: string, root: string): string | undefined {
  const kinds = [FileError, ValidationError, RangeError, SyntaxError];
  if (!kinds.some((kind) => error instanceof kind)) return `is of another kind: ${error}`;
  return unclear(error, (error as Error).message.includes(path) ? path : root);
}

test.each(Object.keys(contents) as (keyof typeof contents)[])(
  `%s: prepared soundly, or refused by its name: ${CASES} cases, seed ${SEED}`,
  async (name) => {
    const { path, value, kind } = contents[name];
    const root = { nnunet, msd, bids }[kind];
    const whole = textOf(value);
    const output = join(folder, 'out');
    mkdirSync(folder, { recursive: true });
    try {
      for (let i = 0; i < CASES; i++) {
        const draw = drawing(SEED * 1_000_003 + i);
        const isText = typeof value === 'string';
        const bytes =
          isText || draw(3) === 0
            ? damagedBytes(Buffer.from(whole), draw)[1]
            : Buffer.from(textOf(damagedJson(value, draw)));
        writeFileSync(path, bytes);
        const label = `case ${i} of seed ${SEED}: ${Buffer.from(bytes).toString().slice(0, 1000)}`;
        try {
          const { items } = await prepareDataset(datasets[kind], root, output);
          const lines = readFileSync(join(output, 'manifest.jsonl'), 'utf8').trim().split('\n');
          expect([label, lines.length]).toEqual([label, items.length]);
        } catch (error) {
          expect([label, fault(error, path, root)]).toEqual([label, undefined]);
        } finally {
          rmSync(output, { recursive: true, force: true });
        }
      }
    } finally {
      writeFileSync(path, whole);
    }
    expect((await prepareDataset(datasets[kind], root, output)).items.length).toBeGreaterThan(0);
    rmSync(output, { recursive: true });
  },
  600_000,
);
