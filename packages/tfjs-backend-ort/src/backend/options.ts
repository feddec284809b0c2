/** Options of `registerOrtBackend`. */
export interface OrtBackendOptions {
  /**
   * Threads that work on one operator. @default 1 for graphs whose tensors have fewer than 2¹⁸
   * elements each, ONNX Runtime's own choice for others: the physical cores
   */
  readonly threads?: number;
  /**
   * ONNX Runtime execution providers in the order of preference, each its name or an object with
   * `name` and options: `'cpu'`, and what the installed `onnxruntime-node` has besides (`'webgpu'`,
   * `'cuda'`, `'coreml'`, `'dml'`). @default ['cpu']
   */
  readonly executionProviders?: readonly (string | object)[];
  /** Compiled graphs that are kept, from 1 on; the least recently used one goes. @default 32 */
  readonly cacheSize?: number;
  /**
   * Further ONNX Runtime session options (its `InferenceSession.SessionOptions`); they win over the
   * ones above. @default {}
   */
  readonly sessionOptions?: object;
}

/**
 * The same options.
 *
 * @throws RangeError where one is out of range.
 */
export function checked(options: OrtBackendOptions): OrtBackendOptions {
  const { threads, cacheSize } = options;
  if (cacheSize !== undefined && (!Number.isInteger(cacheSize) || cacheSize < 1)) {
    throw new RangeError(
      `\`registerOrtBackend\`: cacheSize must be a whole number from 1 on, got ${cacheSize}.`,
    );
  }
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new RangeError(
      `\`registerOrtBackend\`: threads must be a whole number from 1 on, got ${threads}; leave it out for all cores.`,
    );
  }
  return options;
}

/** The execution provider that comes first. */
export function providerName({ executionProviders = ['cpu'] }: OrtBackendOptions): string {
  const [first = 'cpu'] = executionProviders;
  return typeof first === 'string' ? first : (first as { readonly name: string }).name;
}

/** The session options that they stand for. */
export function sessionOptions(options: OrtBackendOptions): object {
  const { threads, executionProviders = ['cpu'] } = options;
  return {
    executionProviders,
    // The system's allocator needs half of the memory that ONNX Runtime's own arena keeps, and
    // large graphs run faster with it.
    enableCpuMemArena: false,
    enableMemPattern: false,
    // Errors are thrown; what is logged besides is of no use to callers.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    // Threads that wait for the next graph must not eat the cores meanwhile.
    extra: { session: { force_spinning_stop: '1' } },
    ...options.sessionOptions,
  };
}
