/** The inner module of opusscript 0.1.1: emscripten's factory, and the class that its C++ binds. */
declare module 'opusscript/build/opusscript_native_wasm.js' {
  export interface OpusScriptHandler {
    /** @returns Frames, or a negative error of libopus. */
    _decode(packetPointer: number, byteLength: number, outputPointer: number): number;
    /** @returns Bytes, or a negative error of libopus. */
    _encode(pcmPointer: number, byteCells: number, outputPointer: number, frameSize: number): number;
    _decoder_ctl(request: number, value: number): number;
    _encoder_ctl(request: number, value: number): number;
    delete(): void;
  }

  export interface OpusScriptModule {
    readonly OpusScriptHandler: new (sampleRate: number, channels: number, application: number) => OpusScriptHandler;
    readonly HEAPU8: Uint8Array;
    readonly HEAP16: Int16Array;
    readonly HEAP32: Int32Array;
    _malloc(byteLength: number): number;
    _free(pointer: number): void;
  }

  export interface OpusScriptModuleOptions {
    instantiateWasm?(
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance) => WebAssembly.Exports,
    ): WebAssembly.Exports;
    printErr?(text: string): void;
    onAbort?(reason: unknown): void;
    /** Set by the factory. */
    ready?: Promise<unknown>;
  }

  const factory: (options: OpusScriptModuleOptions) => OpusScriptModule;
  export default factory;
}
