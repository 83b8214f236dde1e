export type { ManySource } from './many-source';
export { readBlocksOf, readRanges } from './read-many';
export type { RangeResult, ReadManyOptions, SampleRange, SampleRanges } from './sample-range';
export type { WindowOptions } from './window-grid';
export { readWindows } from './windows';
