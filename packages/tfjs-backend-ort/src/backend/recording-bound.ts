import * as tf from '@tensorflow/tfjs-core';

/** Operations from which on a graph is large enough. */
const ENOUGH = 2048;
/** The same behind a gradient, where an optimiser updates many weights. */
const ENOUGH_UPDATES = 8192;

type Scopes = readonly { readonly name: string }[];

/**
 * Starts what is recorded where it may be cut, so that graphs stay bounded where nothing is read: between the
 * repetitions of whatever repeats, since every graph is then as the one before and compiled once.
 */
export class RecordingBound {
  readonly #start: () => void;
  #isTurnWatched = false;
  /** Operations since the last cut, and of those the ones since the last gradient. */
  #count = 0;
  #plain = 0;
  #isInGradient = false;
  #hadGradient = false;
  /** Scopes of the operation before. */
  #scopes: Scopes | null = null;
  /** The outermost level of scopes on which one followed another. */
  #level = Number.POSITIVE_INFINITY;

  /** @param start sends everything that is recorded on its way */
  constructor(start: () => void) {
    this.#start = start;
  }

  /** Counts an operation that is about to be recorded. */
  count(): void {
    const { gradientDepth, scopeStack } = tf.engine().state;
    // TensorFlow.js walks back in a scope of this name.
    const isInGradient = gradientDepth > 0 || scopeStack.some(({ name }) => name === 'backward');
    if (isInGradient ? this.#begins() : this.#repeats(scopeStack)) this.#pass();
    this.#isInGradient = isInGradient;
    this.#hadGradient ||= isInGradient;
    this.#scopes = isInGradient ? null : [...scopeStack];
    this.#plain = isInGradient ? 0 : this.#plain + 1;
    this.#count++;
    this.#watchTurn();
  }

  /** The forward pass waits for its gradient, so a step of training is never cut in its midst. */
  #begins(): boolean {
    this.#level = Number.POSITIVE_INFINITY;
    return !this.#isInGradient && this.#count >= ENOUGH;
  }

  #repeats(scopes: Scopes): boolean {
    const level = this.#changed(scopes);
    const isEnough = this.#plain >= (this.#hadGradient ? ENOUGH_UPDATES : ENOUGH);
    if (isEnough && level <= this.#level) return true;
    this.#level = Math.min(this.#level, level);
    return false;
  }

  /** Starts at the end of a turn: after a step of training, else when it is enough. */
  #watchTurn(): void {
    if (this.#isTurnWatched) return;
    this.#isTurnWatched = true;
    queueMicrotask(() => {
      this.#isTurnWatched = false;
      if (this.#hadGradient || this.#count >= ENOUGH) this.#pass();
    });
  }

  #pass(): void {
    this.cut();
    this.#start();
  }

  /** What was recorded is on its way. */
  cut(): void {
    this.#count = 0;
    this.#plain = 0;
    this.#hadGradient = false;
    this.#scopes = null;
    this.#level = Number.POSITIVE_INFINITY;
  }

  /** The outermost level of scopes that is another than at the operation before. */
  #changed(scopes: Scopes): number {
    const before = this.#scopes;
    if (before === null) return Number.POSITIVE_INFINITY;
    const level = scopes.findIndex((scope, i) => scope !== before[i]);
    return level === -1 ? scopes.length : level;
  }
}
