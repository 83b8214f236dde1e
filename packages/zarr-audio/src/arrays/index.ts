export { type BlobReader, openBlob } from './blob-reader';
export { type BlobWriter, createBlobWriter } from './blob-writer';
export { writeBytesArray } from './bytes-writer';
export { crc32c } from './crc32c';
export type { ArrayLayout } from './layout';
export { CacheBudget } from './lru-cache';
export { type ArrayMetadata, parseArrayMetadata } from './metadata';
export { openRows, type RowsReader } from './rows-reader';
export { createRowsWriter, type RowsWriter } from './rows-writer';
