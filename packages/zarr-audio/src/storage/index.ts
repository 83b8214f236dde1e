export { httpStorage } from './http';
export { joinKey } from './keys';
export { memoryStorage } from './memory';
export type { FileWriter, ReadableStorage, ReadOptions, StorageKey, WritableStorage } from './storage';
