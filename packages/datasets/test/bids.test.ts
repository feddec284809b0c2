import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { datasets, loadManifest, type PrepareOptions, prepareDataset } from '../src/index.ts';
import { writeLabels, writeRamp } from './make-volumes.ts';

/** Files by their path in a BIDS data set: masks if they are called so, else images. */
async function makeBids(paths: readonly string[], participants?: string): Promise<string> {
  const folder = temporaryFolder();
  for (const [i, path] of paths.entries()) {
    if (/_(mask|dseg|msk)\./.test(path)) await writeLabels(join(folder, path), [1, 1, 2, i]);
    else await writeRamp(join(folder, path), 10 * i);
  }
  if (participants !== undefined) writeFileSync(join(folder, 'participants.tsv'), participants);
  return folder;
}

async function prepare(folder: string, options: PrepareOptions = {}) {
  const output = join(temporaryFolder(), 'prepared');
  const { skipped } = await prepareDataset(datasets.bids, folder, output, options);
  const items = await loadManifest(join(output, 'manifest.jsonl'));
  const pairs = items.map(({ id, group, mask }) => `${group}: ${id} ${basename(mask!)}`);
  return { items, pairs, skipped };
}

const sessions = [
  'sub-01/ses-a/anat/sub-01_ses-a_FLAIR.nii.gz',
  'sub-01/ses-b/anat/sub-01_ses-b_FLAIR.nii.gz',
  'sub-02/ses-a/anat/sub-02_ses-a_FLAIR.nii',
  'derivatives/manual/sub-01/ses-a/anat/sub-01_ses-a_label-lesion_mask.nii.gz',
  'derivatives/manual/sub-01/ses-b/anat/sub-01_ses-b_label-lesion_mask.nii.gz',
  'derivatives/manual/sub-02/ses-a/anat/sub-02_ses-a_label-lesion_mask.nii.gz',
];

describe('a BIDS data set', () => {
  it('gives an image and a mask of each session, with subjects as patients', async () => {
    const { pairs, skipped } = await prepare(await makeBids(sessions));
    expect(pairs).toEqual([
      'sub-01: sub-01_ses-a_FLAIR sub-01_ses-a_label-lesion_mask.nii.gz',
      'sub-01: sub-01_ses-b_FLAIR sub-01_ses-b_label-lesion_mask.nii.gz',
      'sub-02: sub-02_ses-a_FLAIR sub-02_ses-a_label-lesion_mask.nii.gz',
    ]);
    expect(skipped).toEqual([]);
  });

  it('holds subjects against participants.tsv', async () => {
    const table = 'age\tparticipant_id\r\n44\tsub-02\r\n51\tsub-03\r\n';
    const { pairs, skipped } = await prepare(await makeBids(sessions, table));
    expect(pairs).toEqual(['sub-02: sub-02_ses-a_FLAIR sub-02_ses-a_label-lesion_mask.nii.gz']);
    expect(skipped.map(({ skipped: name, reason }) => `${basename(name)}: ${reason}`)).toEqual([
      "sub-01_ses-a_FLAIR.nii.gz: its 'sub-01' must be in participants.tsv, but is not; add a line",
      "sub-01_ses-b_FLAIR.nii.gz: its 'sub-01' must be in participants.tsv, but is not; add a line",
      "participants.tsv: it lists 'sub-03', of whom no such image is here",
    ]);
    await expect(prepare(await makeBids(sessions, 'participant,age\n'))).rejects.toThrow(
      /participants.tsv': must have a column `participant_id`, separated by tabs, got 'participant,age'/,
    );
  });

  const several = [
    'sub-01/anat/sub-01_acq-3D_FLAIR.nii.gz',
    'sub-01/anat/sub-01_acq-2D_FLAIR.nii.gz',
    'sub-01/anat/sub-01_T1w.nii.gz',
    'derivatives/manual/sub-01/anat/sub-01_acq-3D_label-lesion_mask.nii.gz',
    'derivatives/brains/sub-01/anat/sub-01_desc-brain_mask.nii.gz',
    'derivatives/brains/sub-01/anat/sub-01_dseg.nii.gz',
    'derivatives/brains/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz',
  ];

  it('asks which images and masks are meant, and lists them', async () => {
    const folder = await makeBids(several);
    await expect(prepare(folder)).rejects.toThrow(
      /several kinds of images, 'T1w', 'acq-2D_FLAIR', 'acq-3D_FLAIR'; choose by `image`/,
    );
    await expect(prepare(folder, { image: 'T1w' })).rejects.toThrow(
      /several kinds of masks, 'brains\/desc-brain_mask', 'brains\/dseg', 'manual\/acq-3D_label-lesion_mask'; choose by `mask`.*as 'mask'/,
    );
    await expect(prepare(folder, { image: 'T2w' })).rejects.toThrow(
      /`image` must be entities and suffix of files that are there, of 'T1w', .*, got 'T2w'/,
    );
  });

  it.each([
    ['acq-3D_FLAIR', 'label-lesion_mask', ['sub-01_acq-3D_FLAIR sub-01_acq-3D_label-lesion_mask']],
    ['acq-2D', 'dseg', ['sub-01_acq-2D_FLAIR sub-01_dseg']],
    ['T1w', 'brains/mask', ['sub-01_T1w sub-01_desc-brain_mask']],
    // Of the two FLAIR images the mask belongs to its own acquisition.
    ['FLAIR', 'lesion', undefined],
    ['FLAIR', 'label-lesion', ['sub-01_acq-3D_FLAIR sub-01_acq-3D_label-lesion_mask']],
  ])('takes %s with %s', async (image, mask, expected) => {
    const work = prepare(await makeBids(several), { image, mask });
    if (expected === undefined) await expect(work).rejects.toThrow('got');
    else {
      const pairs = expected.map((pair) => `sub-01: ${pair}.nii.gz`);
      expect((await work).pairs).toEqual(pairs);
    }
  });

  it('says so where a mask may be of two images, or of none', async () => {
    const folder = await makeBids([
      ...several,
      'derivatives/manual/sub-09/anat/sub-09_desc-brain_mask.nii.gz',
    ]);
    const reasons = await prepare(folder, { image: 'FLAIR', mask: 'desc-brain_mask' }).catch(
      ({ message }) => message,
    );
    expect(reasons).toMatch(/sub-01_acq-2D_FLAIR.nii.gz and sub-01.*choose one by `image`/);
    expect(reasons).toMatch(/there is no image of its subject, session and acquisition/);
  });

  it('unites or agrees on masks of several readers, if these are asked for', async () => {
    const folder = await makeBids([
      'sub-01/anat/sub-01_FLAIR.nii.gz',
      'derivatives/readers/sub-01/anat/sub-01_desc-first_mask.nii.gz',
      'derivatives/readers/sub-01/anat/sub-01_desc-second_mask.nii.gz',
    ]);
    await expect(prepare(folder)).rejects.toThrow(/several kinds of masks/);
    // 1, 1, 2, 1 and 1, 1, 2, 2.
    const united = await prepare(folder, { mask: 'mask' });
    expect(united.items[0]!.area).toBe(4);
    const agreed = await prepare(folder, { mask: 'mask', consensus: 'majority' });
    expect(agreed.items[0]!.area).toBe(3);
  });

  it('tells masks of one name by the pipeline that made them', async () => {
    const mask = 'sub-01/anat/sub-01_label-lesion_mask.nii.gz';
    const folder = await makeBids([
      'sub-01/anat/sub-01_FLAIR.nii.gz',
      `derivatives/manual/${mask}`,
      `derivatives/net/${mask}`,
    ]);
    for (const pipeline of ['manual', 'net']) {
      const { items } = await prepare(folder, { mask: `${pipeline}/label-lesion_mask` });
      expect(items[0]!.mask).toContain(`derivatives/${pipeline}/`);
    }
  });

  it('reads ISLES’22, whose masks have no pipeline and the suffix msk', async () => {
    const folder = await makeBids([
      'sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_dwi.nii.gz',
      'sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_adc.nii.gz',
      'derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii.gz',
    ]);
    const { pairs } = await prepare(folder, { image: 'dwi' });
    const id = 'sub-strokecase0001_ses-0001';
    expect(pairs).toEqual([`sub-strokecase0001: ${id}_dwi ${id}_msk.nii.gz`]);
  });

  it('says what it must hold', async () => {
    const work = prepare(await makeBids(['images/a.nii.gz']));
    await expect(work).rejects.toThrow(/must hold images such as 'sub-01\/anat/);
  });
});
