import { parseBext } from './bext';
import type { WavRepairCode } from './errors';
import { parseGuano } from './guano';
import { parseId3 } from './id3';
import { isInfoCut, parseInfo } from './info';
import { parseIxml } from './ixml';
import type { MetadataFields, Repair, SourcePiece } from './pcm';
import { isId3 } from './tags';
import { parseWamd } from './wamd';

/** Most bytes of one chunk that are kept, of all, and most chunks. */
export const MAX_PIECE_BYTES = 4 << 20;
export const MAX_PIECES_BYTES = 16 << 20;
export const MAX_PIECES = 1_000;
/** Most repairs that tell of chunks. */
const MAX_REPAIRS = 100;

/** The chunks of a file that are no audio, verbatim, within bounds; and what was wrong with chunks. */
export class Pieces {
  readonly #pieces: SourcePiece[];
  readonly #repairs: Repair[];
  readonly #littleEndian: boolean;
  #bytes = 0;

  constructor(littleEndian: boolean, before?: Pieces) {
    this.#littleEndian = littleEndian;
    this.#pieces = [...(before?.pieces ?? [])];
    this.#repairs = [...(before?.repairs ?? [])];
    this.#bytes = before?.byteLength ?? 0;
  }

  get pieces(): readonly SourcePiece[] {
    return this.#pieces;
  }

  get repairs(): readonly Repair[] {
    return this.#repairs;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** Is there room for a chunk of so many bytes? */
  hasRoom(byteLength: number): boolean {
    return (
      byteLength <= MAX_PIECE_BYTES && this.#bytes + byteLength <= MAX_PIECES_BYTES && this.#pieces.length < MAX_PIECES
    );
  }

  /** @param byteOffset  Of the bytes, in the source. */
  add(name: string, byteOffset: number, bytes: Uint8Array): void {
    const fields = parseFields(name, bytes, this.#littleEndian);
    this.#pieces.push({ name, byteOffset, bytes, ...(Object.keys(fields).length > 0 ? { fields } : {}) });
    this.#bytes += bytes.byteLength;
    if (name === 'LIST' && isInfoCut(bytes, this.#littleEndian)) this.tell('WAV_BAD_INFO', byteOffset - 8);
  }

  tell(code: WavRepairCode, byteOffset: number): void {
    if (this.#repairs.length < MAX_REPAIRS) this.#repairs.push({ code, byteOffset, samples: 0 });
  }
}

/** What a chunk says, where its format is known here. */
function parseFields(name: string, bytes: Uint8Array, littleEndian: boolean): MetadataFields {
  if (name === 'LIST') return parseInfo(bytes, littleEndian);
  if (name === 'bext') return parseBext(bytes, littleEndian);
  if (name === 'guan') return parseGuano(bytes);
  if (name === 'wamd') return parseWamd(bytes);
  if (name === 'iXML') return parseIxml(bytes);
  if (isId3(name)) return parseId3(bytes);
  return {};
}
