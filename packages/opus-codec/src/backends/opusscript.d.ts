/** opusscript has types for its outer class alone. */
declare module 'opusscript/build/opusscript_native_wasm.js' {
  const factory: import('./opusscript-module').OpusScriptFactory;
  export = factory;
}
