import { NativeParser, parseFrameHeader } from '@zarr-audio/flac-codec';
import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder } from './bytes';

/** A native file as what is before its frames, and its frames. */
function parts(input: Uint8Array): { head: Uint8Array; frames: Uint8Array[] } {
  const parser = new NativeParser();
  const frames: Uint8Array[] = [];
  let first = input.length;
  for (const event of [...parser.push(input), ...parser.finish()]) {
    if (event.type !== 'frame') continue;
    if (frames.length === 0) first = event.byteOffset;
    frames.push(input.slice(event.byteOffset, event.byteOffset + event.byteLength));
  }
  return { head: input.slice(0, first), frames };
}

/** Makes the checksums of a frame right again, so that what is wrong lies deeper. */
export function mended(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  if (bytes.length < 8) return bytes;
  // A header has 6 to 16 bytes: as many as make it one.
  for (let length = 6; length <= 16 && length < bytes.length; length++) {
    const trial = bytes.slice(0, length);
    trial[length - 1] = crc(trial.subarray(0, length - 1), 8, 0x07);
    if (parseFrameHeader(trial, 0, length)?.byteLength !== length) continue;
    bytes.set(trial);
    break;
  }
  const sum = crc(bytes.subarray(0, bytes.length - 2), 16, 0x8005);
  bytes.set([sum >>> 8, sum & 255], bytes.length - 2);
  return bytes;
}

function crc(bytes: Uint8Array, bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  const mask = 2 * top - 1;
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) sum = (sum & top ? (sum << 1) ^ polynomial : sum << 1) & mask;
  }
  return sum;
}

/** Bytes anywhere; frames dropped, doubled, moved; bytes in frames, with right checksums. */
export function mutateFlac(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  if (next(3) === 0) return mutateBytes(input, next, corpus);
  const { head, frames } = parts(input);
  if (frames.length === 0) return mutateBytes(input, next, corpus);
  for (let k = next(3); k >= 0; k--) {
    if (next(2) === 0) mutateOrder(frames, next);
    if (frames.length === 0) break;
    const at = next(frames.length);
    frames[at] = mended(mutateFrame(frames[at]!, next, frames));
  }
  return joined([next(8) === 0 ? mutateBytes(head, next, corpus) : head, ...frames]);
}

/** Changes of a frame, most of them near its start, where its structure is. */
export function mutateFrame(frame: Uint8Array, next: Random, frames: readonly Uint8Array[]): Uint8Array {
  if (next(2) === 0) return mutateBytes(frame, next, frames);
  const bytes = frame.slice();
  for (let k = next(4); k >= 0; k--) {
    const at = next(Math.min(bytes.length, pick(next, [8, 24, 80])));
    bytes[at] = next(2) === 0 ? next(256) : bytes[at]! ^ (1 << next(8));
  }
  return bytes;
}
