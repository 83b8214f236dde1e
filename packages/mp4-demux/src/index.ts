export type { Mp4Damage, Mp4DamageCode } from './damage';
export type { Mp4Edit, Mp4Presentation } from './edit-list';
export { Mp4DemuxError, type Mp4ErrorCode } from './errors';
export type { Mp4File, Mp4Track } from './file';
export { hasOpusTrack, isMp4 } from './head';
export { type ByteChunks, type ReadMp4SamplesOptions, readMp4Samples, type ScanMp4Options, scanMp4 } from './read';
export { type Mp4Sample, Mp4SampleReader } from './sample-reader';
export type { Mp4SampleCursor, Mp4SampleInfo, Mp4SampleTable } from './sample-table';
export { Mp4Scanner, type Mp4ScannerOptions } from './scanner';
