import { pick, type Random } from './random';

const SIZES = [0, 1, 2, 3, 15, 16, 17, 18, 40, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const WORDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64, 255, 256, 0x7fff, 0xfffe, 0xffff];
const RATES = [0, 1, 3999, 4000, 8000, 11_025, 44_100, 48_000, 48_001, 384_000, 0x7fffffff, 0xffffffff];

/** A WAV file with one to three fields changed: sizes of chunks, their names, and what `fmt ` says. */
export function mutateWav(input: Uint8Array, next: Random): Uint8Array {
  const bytes = input.slice();
  const view = new DataView(bytes.buffer);
  const chunks: number[] = [];
  for (
    let at = 12;
    at + 8 <= bytes.length;
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1)
  ) {
    chunks.push(at);
  }
  const format = chunks.find((at) => view.getUint32(at, true) === 0x20746d66);
  for (let k = next(3); k >= 0; k--) {
    const at = pick(next, chunks);
    const kind = next(8);
    if (kind === 0) view.setUint32(4, pick(next, SIZES), true);
    else if (kind === 1) view.setUint32(at + 4, pick(next, SIZES), true);
    else if (kind === 2) view.setUint32(at + 4, view.getUint32(at + 4, true) + next(7) - 3, true);
    else if (kind === 3) bytes[at + next(4)]! ^= 1 << next(8);
    else if (kind === 4 && next(4) === 0) bytes[next(12)]! ^= 1 << next(8);
    else if (format !== undefined && format + 24 <= bytes.length) {
      const field = pick(next, [0, 2, 4, 8, 12, 14]);
      if (field === 4 || field === 8) view.setUint32(format + 8 + field, pick(next, RATES), true);
      else view.setUint16(format + 8 + field, pick(next, WORDS), true);
    }
  }
  return next(4) === 0 ? bytes.slice(0, next(bytes.length) + 1) : bytes;
}
