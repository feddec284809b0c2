/**
 * What a channel of an image may be called: without what parts paths, and names from one another in
 * lists. Not a number, because objects sort their numbers before their names.
 */
export const channelName: RegExp = /^(?!\d+$|\s|.*\s$)[^/\\=,{}]+$/;

/** For the error about another name. */
export const channelNameRule =
  'must name a channel, as "flair": no number, and without / \\ = , { } and spaces at its ends';

/** For the error about an image without any. */
export const channelCountRule = 'must hold at least one channel, as { "flair": "a_FLAIR.nii.gz" }';
