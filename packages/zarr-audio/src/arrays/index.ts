export { type BlobReader, type BlobReaderOptions, openBlob } from './blob-reader';
export { writeBytesArray } from './bytes-writer';
export { crc32c } from './crc32c';
export { type ArrayMetadata, type CodecMetadata, parseArrayMetadata } from './metadata';
export { readArrayMetadata, writeArrayMetadata } from './metadata-file';
export { openRows, type RowsReader, type RowsReaderOptions } from './rows-reader';
export { createRowsWriter, type RowsWriter, type RowsWriterOptions } from './rows-writer';
export { type BlobWriter, type BlobWriterOptions, createBlobWriter } from './shard-writer';
