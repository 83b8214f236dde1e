export { checkSeekPoint, decodePlan } from './decode-plan';
export { OpusIndexError } from './errors';
export { OpusIndexBuilder } from './opus-index-builder';
export type { MeasuringDecoder } from './seek-candidate';
export { SeekFromStart, SeekGrid, type SeekPointBuilder } from './seek-grid';
export { SeekMeasurer } from './seek-measure';
export { CandidateClock } from './timing';
