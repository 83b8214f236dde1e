export { OggDemuxer, type OggDemuxerOptions } from './demuxer';
export { OggDemuxError, type OggErrorCode } from './errors';
export type { OggDamage, OggDamageCode, OggEndReason, OggEvent, OggStream } from './events';
export { isOgg, type OggPage } from './page';
export type { OggPagePackets } from './page-packets';
export { stripPageHeaders } from './page-span';
export {
  type ByteChunks,
  type ByteStream,
  type OggPacket,
  type ReadOggOptions,
  type ReadOggPacketsOptions,
  readOgg,
  readOggPackets,
} from './read';
