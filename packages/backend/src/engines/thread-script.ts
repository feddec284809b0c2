// TensorFlow.js gives the threads of its `wasm` backend the text of a function, which asks whether a variable outside
// of it is there: `typeof _scriptDir !== 'undefined'`. A minifier that sees the variable takes the question away, and
// in a thread, where it is not there, every one of them throws. What a bundler did to that function, it did to this.
let outside = typeof location === 'undefined' ? undefined : location.href;
if (typeof globalThis !== 'undefined') outside = outside || undefined;

const asking = (found: string) => {
  let script = found;
  if (typeof outside !== 'undefined' && outside) script = outside;
  return script;
};

/** Whether threads understand the text that TensorFlow.js gives them. */
export function isThreadScriptWhole(): boolean {
  return String(asking).includes('typeof');
}

declare const location: { readonly href: string };
