/** What an `OrtBackend` did since it was made. */
export interface OrtStatistics {
  /** Graphs compiled. */
  readonly compiles: number;
  /** Milliseconds spent on compiling. */
  readonly compileMilliseconds: number;
  /** Compiled graphs that are kept. */
  readonly cachedSessions: number;
  /** Graphs run. */
  readonly runs: number;
  /** Milliseconds inside ONNX Runtime. */
  readonly runMilliseconds: number;
  /** Live tensors that are recorded and not computed. */
  readonly pendingTensors: number;
}
