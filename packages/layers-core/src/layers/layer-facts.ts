/** What one run of a layer costs for one image. */
export interface LayerOperations {
  /** Multiply-adds, biases apart; what padding takes part in is counted. @default 0 */
  readonly multiplyAdds?: number;
  /**
   * Further operations by the conventions of fvcore: normalisation 5 for each output value, bilinear
   * resizing 4, nearest-neighbour resizing 1, global pooling 1 for each input value. @default 0
   */
  readonly other?: number;
}

/** The PyTorch parameter that a weight corresponds to. */
export interface TorchParameter {
  /** What follows the layer's name in its key, for example `weight` or `conv.0.weight`. */
  readonly name: string;
  /** Its shape in PyTorch; as many values as the weight has. */
  readonly shape: readonly number[];
  /**
   * `OIHW`: `shape` is `[out, in, height, width]`, the weight `[height, width, in, out]`. `OI`: `shape`
   * is `[out, in]`, the weight `[in, out]`. `same`: the values are in the same order.
   */
  readonly layout: 'OIHW' | 'OI' | 'same';
}

/**
 * What a layer can tell of itself to those who count, load or resume networks without knowing it.
 * A layer class that has a member of this name is taken at its word; it needs no base class and
 * no import. All members are optional.
 */
export interface LayerFacts {
  /**
   * What one run costs. Asked of layers that are built. A layer with weights and without this is
   * listed as uncounted, one without weights costs nothing.
   *
   * @param input Shape of the input, the first of several, without the batch axis.
   * @param output Shape of the output without the batch axis.
   */
  operations?(input: readonly number[], output: readonly number[]): LayerOperations;
  /**
   * The PyTorch parameter of one of its weights. A layer need not have this whose weights follow
   * the usual rule: `kernel` is `weight`, and `OIHW` where it has four axes; `gamma` and `beta` are
   * `weight` and `bias`, `movingMean` and `movingVariance` are `running_mean` and `running_var`;
   * others have the same name, shape and order.
   *
   * @param name The weight's name without the layer's, for example `kernel`.
   * @param shape Its shape here.
   */
  torchParameter?(name: string, shape: readonly number[]): TorchParameter;
  /**
   * What a layer draws in training follows from its seed and this number alone. It grows by one with
   * each training call and is set before a step, so that a training resumed at that step draws the
   * same. Layers that draw nothing have none.
   */
  trainingStep?: number;
}
