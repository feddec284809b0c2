// The part of ONNX Runtime's interface that is used, so that types need none of its packages.

/** ONNX Runtime: what the packages `onnxruntime-node` and `onnxruntime-web` export, among more. */
export interface OrtRuntime {
  readonly InferenceSession: {
    /**
     * Compiles a model.
     * @param model An ONNX file's bytes.
     * @param options ONNX Runtime's `InferenceSession.SessionOptions`.
     */
    create(model: Uint8Array, options?: object): Promise<OrtSession>;
  };
  readonly Tensor: {
    /** @param data Elements in C order; truth values are 0 and 1. */
    new (
      type: 'float32' | 'int32' | 'bool',
      data: Float32Array | Int32Array | Uint8Array,
      dims: readonly number[],
    ): OrtTensor;
  };
}

/** Elements and their shape. */
export interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** Tensors by the names of inputs or outputs. */
export type OrtTensors = Readonly<Record<string, OrtTensor>>;

/** A compiled model. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Sizes of the inputs, in the order of `inputNames`; those that are free have a name. */
  readonly inputMetadata: readonly {
    readonly isTensor: boolean;
    readonly shape?: readonly (number | string)[];
  }[];
  /** Computes all results, by their names. */
  run(feeds: OrtTensors): Promise<OrtTensors>;
  /** Computes the results of these names. */
  run(feeds: OrtTensors, outputs: readonly string[]): Promise<OrtTensors>;
  /** Frees it. */
  release(): Promise<void>;
}
