import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder, NUMBERS } from './bytes';

interface ChunkParts {
  id: Uint8Array;
  body: Uint8Array;
  size: number | undefined;
  pad: boolean;
}

const IDS = ['fmt ', 'data', 'LIST', 'fact', 'bext', 'iXML', 'JUNK', 'ds64', 'id3 ', 'guan', 'wamd', 'PEAK', 'cue '];
const CODINGS = [0, 1, 2, 3, 6, 7, 17, 80, 85, 0xfffe];
const RATES = [0, 1, 4000, 8000, 44_100, 48_000, 384_000, 0x7fffffff, 0xffffffff];
const WORDS = [0, 1, 2, 3, 4, 7, 8, 12, 16, 20, 24, 32, 64, 255, 256, 0x7fff, 0xffff];

/** A WAV file with chunks moved, doubled, resized, and what `fmt ` says changed. */
export function mutateWav(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  if (next(8) === 0) return mutateBytes(input, next, corpus);
  const head = input.slice(0, 12);
  const chunks = parseChunks(input);
  for (let k = next(4); k >= 0 && chunks.length > 0; k--) {
    const chunk = pick(next, chunks);
    const isFormat = String.fromCharCode(...chunk.id) === 'fmt ';
    switch (next(8)) {
      case 0:
        mutateOrder(chunks, next, next(2) === 0 ? parseChunks(pick(next, corpus)) : chunks);
        break;
      case 1:
        chunk.size = next(2) === 0 ? pick(next, NUMBERS) : Math.max(0, chunk.body.length + next(9) - 4);
        break;
      case 2:
        chunk.id = new TextEncoder().encode(pick(next, IDS));
        break;
      case 3:
        chunk.pad = !chunk.pad;
        break;
      case 4:
        chunk.body = chunk.body.slice(0, next(chunk.body.length + 1));
        break;
      case 5:
        if (head.length === 12) {
          if (next(2) === 0) new DataView(head.buffer).setUint32(4, pick(next, NUMBERS), true);
          else head.set(new TextEncoder().encode(pick(next, ['RIFF', 'RIFX', 'RF64', 'BW64'])));
        }
        break;
      default: {
        const format = isFormat ? chunk : (chunks.find(({ id }) => String.fromCharCode(...id) === 'fmt ') ?? chunk);
        if (format.body.length < 16) break;
        format.body = format.body.slice();
        const view = new DataView(format.body.buffer);
        const field = pick(next, [0, 2, 4, 8, 12, 14, 16, 18, 24]);
        if (field === 4 || field === 8) view.setUint32(field, pick(next, RATES), true);
        else if (field + 2 <= format.body.length) {
          view.setUint16(field, pick(next, field === 0 || field === 24 ? CODINGS : WORDS), true);
        }
      }
    }
  }
  const bytes = joined([head, ...chunks.map(encodeChunk)]);
  return next(8) === 0 ? bytes.slice(0, next(bytes.length + 1)) : bytes;
}

function parseChunks(input: Uint8Array): ChunkParts[] {
  const chunks: ChunkParts[] = [];
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const isBig = input[3] === 0x58;
  for (let at = 12; at + 8 <= input.length; ) {
    const size = view.getUint32(at + 4, !isBig);
    const body = input.slice(at + 8, at + 8 + size);
    chunks.push({ id: input.slice(at, at + 4), body, size: body.length < size ? size : undefined, pad: true });
    at += 8 + size + (size & 1);
  }
  return chunks;
}

function encodeChunk({ id, body, size, pad }: ChunkParts): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (pad ? body.length & 1 : 0));
  bytes.set(id);
  new DataView(bytes.buffer).setUint32(4, size ?? body.length, true);
  bytes.set(body, 8);
  return bytes;
}
