export { type HttpStorageOptions, httpStorage } from './http';
export { joinKey, keySegments } from './keys';
export { memoryStorage } from './memory';
export type { ByteRange, FileWriter, ReadableStorage, ReadOptions, StorageKey, WritableStorage } from './storage';
