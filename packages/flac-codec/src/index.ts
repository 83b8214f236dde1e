export { FrameDecoder, type FrameFormat } from './decode/frame-decoder';
export { FlacError } from './errors';
export { type Decorrelation, type FrameHeader, parseFrameHeader } from './frame/frame-header';
