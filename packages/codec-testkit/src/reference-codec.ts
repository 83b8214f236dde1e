export { ReferenceCodecError } from './errors';
export { referenceCodec } from './reference/codec';
export { type BlockHeader, type FileHeader, writeBlock, writeFileHeader } from './reference/format';
