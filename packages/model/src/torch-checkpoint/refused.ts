/** The error for a checkpoint with something in it that is not read. */
export function refused(name: string, actual: string): RangeError {
  return new RangeError(
    `${name} must hold tensors, numbers, texts, lists and dictionaries only, got ${actual}; save the weights alone: torch.save(model.state_dict(), path)`,
  );
}

/** The error for a checkpoint that contradicts itself. */
export function damaged(name: string, requirement: string, actual: string): RangeError {
  return new RangeError(
    `${name} must have ${requirement}, got ${actual}; the file is damaged or no PyTorch checkpoint, fetch or write it again`,
  );
}
