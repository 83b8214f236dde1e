/** The class that opusscript's C++ binds, and the emscripten module around it: as far as they are used. */
export interface OpusScriptHandler {
  /** @returns Frames, or a negative error of libopus. */
  _decode(packetPointer: number, byteLength: number, outputPointer: number): number;
  /**
   * @param byteCells  16-bit cells of one byte each that it first joins to samples, in place.
   * @returns Bytes, or a negative error of libopus.
   */
  _encode(pcmPointer: number, byteCells: number, outputPointer: number, frameSize: number): number;
  _decoder_ctl(request: number, value: number): number;
  _encoder_ctl(request: number, value: number): number;
  delete(): void;
}

export interface OpusScriptModule {
  readonly OpusScriptHandler: new (sampleRate: number, channels: number, application: number) => OpusScriptHandler;
  /** Views of the memory; others take their places whenever it grows. */
  readonly HEAPU8: Uint8Array;
  readonly HEAP16: Int16Array;
  readonly HEAP32: Int32Array;
  /** @returns 0 if there is no memory left. */
  _malloc(byteLength: number): number;
}

export interface OpusScriptModuleOptions {
  instantiateWasm?(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => WebAssembly.Exports,
  ): WebAssembly.Exports;
  printErr?(text: string): void;
  /** Set by the factory. */
  ready?: Promise<unknown>;
}

export type OpusScriptFactory = (options: OpusScriptModuleOptions) => OpusScriptModule;
