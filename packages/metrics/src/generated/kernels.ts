// Generated from assembly/ by tools/wasm/build.mjs; do not edit.

/** The compiled kernels, base64. */
export const kernels: string =
  'AGFzbQEAAAABCAFgBH9/f38AAhIBA2VudgZtZW1vcnkCAQCAgAQDAgEABxYCCXRhbGx5Qml0cwAABm1lbW9yeQIACoYBAYMBAQZ7IAAgAmohAgNAIAAgAkkEQCAEIAD9AAQAIgggAf0ABAAiCf1O/X39jgEhBCAFIAj9ff2OASEFIAYgCf19/Y4BIQYgByAIIAn9UP1QIQcgAUEQaiEBIABBEGohAAwBCwsgAyAE/QsEACADIAX9CwQQIAMgBv0LBCAgAyAH/QsEMAs=';
