import {
  type CaseStoreOptions,
  type CaseUse,
  CaseStore as StoreOfCases,
} from '@sts-net/experiment/batches';
import { fileReader } from './case-reader.ts';

export type { LoadedCase } from '@sts-net/experiment/batches';

/** Cases that are read from files, unless another reader is given. */
export class CaseStore extends StoreOfCases {
  constructor(use: CaseUse, options: Partial<CaseStoreOptions> = {}) {
    super(use, { reader: fileReader, ...options });
  }
}
