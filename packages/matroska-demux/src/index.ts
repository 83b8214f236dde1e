export type { MatroskaBlock } from './block';
export type { MatroskaDamage, MatroskaDamageCode } from './damage';
export { MatroskaDemuxer, type MatroskaDemuxerOptions } from './demuxer';
export type { MatroskaEvent } from './events';
export { isMatroska, matroskaTracks } from './head';
export type { MatroskaSegment } from './info';
export { type ByteChunks, type ReadMatroskaOptions, readMatroska } from './read';
export type { MatroskaTag } from './tags';
export type { MatroskaTrack, MatroskaTrackKind } from './track';
