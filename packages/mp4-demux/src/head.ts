import { Box, readBoxHeader } from './box';
import { DamageLog } from './damage';
import { readMovie } from './movie';

/** Boxes that a file may begin with, besides `ftyp` (QuickTime files are older than that). */
const FIRST_BOXES = ['moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'moof'];

/**
 * Do these first bytes look like MP4, M4A, MOV or a relative of them?
 *
 * @param head  The first bytes of a file; 12 are enough.
 */
export function isMp4(head: Uint8Array): boolean {
  const header = readBoxHeader(head, 0);
  if (!header) return false;
  if (header.type === 'ftyp') return header.size === 0 || header.size >= 16;
  return FIRST_BOXES.includes(header.type) && (header.size === 0 || header.size >= header.headerBytes);
}

const MAX_TRACKS = 256;

/**
 * Is there an Opus track? Told from the first bytes of a file, if they can tell: if the movie box stands in front.
 *
 * @returns undefined if it can't be told, since the movie box is cut, or is not there.
 */
export function hasOpusTrack(head: Uint8Array): boolean | undefined {
  if (!isMp4(head)) return readBoxHeader(head, 0) ? false : undefined;
  for (let at = 0; ; ) {
    const header = readBoxHeader(head, at);
    if (!header || (header.size !== 0 && header.size < header.headerBytes)) return undefined;
    const end = header.size === 0 ? Number.POSITIVE_INFINITY : at + header.size;
    if (header.type === 'moov') {
      const moov = new Box(
        'moov',
        head.subarray(at + header.headerBytes, end),
        at + header.headerBytes,
        new DamageLog(),
      );
      const { tracks } = readMovie(moov, MAX_TRACKS);
      if (tracks.some(({ entry }) => entry.codec === 'Opus')) return true;
      return end <= head.length ? false : undefined;
    }
    if (end >= head.length) return undefined;
    at = end;
  }
}
