export { parseAudioMothComment } from './audiomoth';
export { type FieldSources, readFieldMetadata } from './field-metadata';
export { parseFileName } from './file-name';
export { type FieldTime, parseIsoTime } from './time';
export type * from './types';
