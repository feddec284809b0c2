// The decoders bring no types.
declare module '#charls';
declare module '#openjpeg';
