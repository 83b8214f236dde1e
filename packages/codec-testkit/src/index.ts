export { streamAttributes } from './attributes';
export { LawError } from './errors';
export type { LawName, LawTest } from './law';
export type { CodecDeclarations, CodecSample, CodecTestOptions, EncodingCase, NamedBytes } from './subject';
export { type CodecTest, codecTests, type TestFunctions, testCodec } from './test-codec';
