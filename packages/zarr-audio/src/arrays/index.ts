export { type BlobReader, type BlobReaderOptions, openBlob } from './blob-reader';
export { type BlobWriter, createBlobWriter } from './blob-writer';
export { writeBytesArray } from './bytes-writer';
export { crc32c } from './crc32c';
export type { ArrayLayout } from './layout';
export { CacheBudget } from './lru-cache';
export { type ArrayMetadata, parseArrayMetadata } from './metadata';
export { openRows, type RowsReader, type RowsReaderOptions } from './rows-reader';
export { createRowsWriter, type RowsWriter, type RowsWriterOptions } from './rows-writer';
