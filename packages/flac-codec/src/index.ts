export { FrameDecoder, type FrameFormat } from './decode/frame-decoder';
export { FlacError } from './errors';
export { flac } from './flac';
export { type Decorrelation, type FrameHeader, parseFrameHeader } from './frame/frame-header';
export type { FoundFrame, FrameDamage, FrameDamageCode } from './stream/frame-finder';
export { BLOCK_TYPES, type MetadataBlock } from './stream/metadata';
export { type NativeEvent, NativeParser, type NativeParserOptions } from './stream/native-parser';
export { parseStreamInfo, type StreamInfo } from './stream/stream-info';
