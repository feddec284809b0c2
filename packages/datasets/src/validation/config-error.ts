/** A config asks for what cannot be done, such as a run in a folder that holds another. */
export class ConfigError extends RangeError {}
