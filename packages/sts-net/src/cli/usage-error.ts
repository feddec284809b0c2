/** The command is wrong: an option, an argument, or what they ask for together. */
export class UsageError extends RangeError {}
