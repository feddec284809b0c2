import { openSegmenter } from '@sts-net/web';

const segmenter = await openSegmenter({ model: new URL('model/model.json', document.baseURI) });
globalThis.segment = (files) => segmenter.segment(files);
globalThis.info = segmenter.info;
