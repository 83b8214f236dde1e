const MAGIC = 0xfd2fb528;

/**
 * What is wrong with the header of a zstd frame that has to decode to `byteLength` bytes; undefined if nothing. A frame
 * that does not tell its size is refused too: nothing would bound what comes out.
 *
 * @see RFC 8878 §3.1.1
 */
export function zstdFrameDamage(frame: Uint8Array, byteLength: number): string | undefined {
  if (frame.byteLength < 6) return `has ${frame.byteLength} bytes, less than a zstd frame`;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return 'is not a zstd frame';
  const descriptor = frame[4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 2 ** sizeFlag;
  if (sizeBytes === 0) return 'is a zstd frame that does not tell its size';
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  if (frame.byteLength < at + sizeBytes) return 'is a zstd frame that ends in its header';
  let decoded = 0;
  for (let i = sizeBytes - 1; i >= 0; i--) decoded = decoded * 256 + frame[at + i]!;
  // Two bytes hold the size less 256: one byte has the smaller ones.
  if (sizeBytes === 2) decoded += 256;
  return decoded === byteLength ? undefined : `claims to decode to ${decoded} bytes, not ${byteLength}`;
}
