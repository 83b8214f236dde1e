export type { ArrayLayout } from './arrays/index';
export {
  AudioStore,
  type StoreEntry,
  type StoreOptions,
  WritableAudioStore,
} from './audio-store';
export type { BrokenRecording, Catalogue, CatalogueContent } from './catalogue/catalogue';
export type { CompactResult } from './catalogue/compact';
export type { CatalogueEntry } from './catalogue/entry';
export type { TimelineQuery } from './catalogue/open-timeline';
export type { TimelineOverlap, TimelinePart } from './catalogue/placement';
export type { CatalogueQuery } from './catalogue/query';
export type { Timeline, TimelineReadOptions } from './catalogue/timeline';
export type { WritableCatalogue } from './catalogue/writable-catalogue';
export { SampleRangeError, StoreError } from './errors';
export type { ImportOptions, ImportResult } from './import/import';
export type { ImportChoices, ImportFailure } from './import/import-steps';
export { type ProbeOptions, probeSource } from './import/probe';
export type { DescribeSource, SourceDescription, SourceFacts } from './import/source-description';
export type {
  EncodedStreamReport,
  EncodingReport,
  FailedStreamReport,
  KeptStreamReport,
  SourceReport,
  StreamFacts,
  StreamReport,
} from './import/source-report';
export type { UltrasonicChoice } from './import/ultrasound';
export type { Progress } from './maintain/blob-scan';
export type { Damage } from './maintain/damage';
export type { Garbage, GarbageOptions } from './maintain/gc';
export type { ReindexOptions, ReindexResult } from './maintain/reindex';
export type { VerifyOptions, VerifyResult } from './maintain/verify';
export { openOrCreateStore, openRecording, openStore } from './open-store';
export type { RangeResult, ReadManyOptions, SampleRange, SampleRanges, WindowOptions } from './read/many/index';
export { type ReadOptions, Recording } from './recording/recording';
export type { FieldDescription, RecordingAttributes, RecordingSource } from './recording/recording-attributes';
export type { RecordingInfo } from './recording/recording-info';
export type { MetadataPiece } from './recording/source-metadata';
export { httpStorage } from './storage/http';
export { memoryStorage } from './storage/memory';
export type {
  ByteRange,
  FileStatus,
  FileWriter,
  ReadableStorage,
  StorageKey,
  WritableStorage,
} from './storage/storage';
export type { StoreWarning } from './warnings';
