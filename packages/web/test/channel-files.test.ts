import { expect, test } from 'vitest';
import { channelFiles } from '../src/page/channel-files.ts';

const file = (name: string) => new File([], name);

test('without named channels, files are taken as they are', () => {
  const files = [file('a.dcm'), file('b.dcm')];
  expect(channelFiles(files)).toBe(files);
  expect(channelFiles(files, ['t1'])).toBe(files);
});

test('each channel has the files with its name, the longest that fits', () => {
  const [t1, t1ce, flair] = [file('P1_T1.nii.gz'), file('P1_t1ce.nii.gz'), file('flair/P1.nii')];
  const found = channelFiles([t1!, t1ce!, flair!, file('notes.txt')], ['t1', 't1ce', 'flair']);
  expect(found).toEqual({ t1: [t1], t1ce: [t1ce], flair: [flair] });
  expect((found as { t1: File[] }).t1[0]).toBe(t1);
});

test('files of no channel are named, with the channels', () => {
  expect(() => channelFiles([file('scan.nii')], ['t1', 'flair'])).toThrow(
    /'t1', 'flair'.*'scan\.nii'/,
  );
});
