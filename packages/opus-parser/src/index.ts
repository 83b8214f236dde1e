export { OpusError, type OpusErrorCode, type OpusErrorDetails, type OpusPacketRule } from './errors';
export { joinMultistream, splitMultistream } from './multistream';
export { encodeOpusDemo, type OpusDemoPacket, parseOpusDemo } from './opus-demo';
export { looksLikeOpusDemo } from './opus-demo-detection';
export { encodeOpusHead, isOpusHead, type OpusHead, parseOpusHead } from './opus-head';
export {
  commentValues,
  encodeOpusTags,
  isOpusTags,
  keepsBinaryTail,
  type OpusComment,
  type OpusTags,
  parseOpusTags,
} from './opus-tags';
export {
  encodePacket,
  type OpusFrame,
  type OpusPacket,
  packetSamples,
  packetSamplesOrZero,
  parsePacket,
} from './packet';
export {
  createPacketFraming,
  encodePacketFraming,
  type FramedPacket,
  type PacketFraming,
  type PacketFramingOptions,
  type PacketFramingReader,
  parsePacketFraming,
} from './packet-framing';
export { encodePicture, type OpusPicture, parsePicture } from './picture';
export { type ByteChunks, readFramedPackets } from './read-framed-packets';
export type { LengthPrefix } from './record-formats';
export { encodeSelfDelimited, parseSelfDelimited, type SelfDelimitedPacket } from './self-delimited';
export { splitPacket, stripPadding } from './splitting';
export { type InvalidComment, type OpusPictures, pictures, type R128Gains, r128Gains } from './tag-values';
export { parseToc, type Toc } from './toc';
