export type { OpusBackend, OpusBackendLoader, RawDecoder, RawEncoder } from './backends/backend';
export type { BackendWarning, SelectOptions } from './backends/select';
export type { WasmOptions } from './backends/wasm';
export { type OpusEncoderOptions, planEncoding } from './encode/encoder-plan';
export { OpusCodecError } from './errors';
export { type OpusOptions, opus } from './opus';
export type { ChannelMapping } from './stream-description';
