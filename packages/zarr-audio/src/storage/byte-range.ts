import type { ByteRange } from './storage';

/** @throws {RangeError} unless the range has at least one byte and safe integers. */
export function checkByteRange(range: ByteRange): void {
  const { offset, length } = 'suffixLength' in range ? { offset: 0, length: range.suffixLength } : range;
  const isRange = Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length > 0;
  if (!isRange || !Number.isSafeInteger(offset + length)) {
    throw new RangeError(`${JSON.stringify(range)} is not a range of bytes`);
  }
}
