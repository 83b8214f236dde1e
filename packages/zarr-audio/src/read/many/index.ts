export { readBlocksOf, readRanges } from './read-many';
export type { RangeResult, ReadManyOptions, SampleRange, SampleRanges } from './sample-range';
