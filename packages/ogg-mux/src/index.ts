export { OggMuxError, type OggMuxErrorCode } from './errors';
export {
  type AddOptions,
  type MuxedPage,
  OggPacketMuxer,
  type OggPacketMuxerOptions,
} from './packet-muxer';
export { encodeOggPage, type OggPageFields } from './page';
export { lacingValues } from './page-builder';
