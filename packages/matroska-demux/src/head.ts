import { MatroskaDemuxer } from './demuxer';
import { isKnownDocType, readEbmlHeader } from './ebml-header';
import { Element } from './element';
import { ID } from './ids';
import type { MatroskaTrack } from './track';
import { readHeader } from './vint';

/** Do these first bytes of a file look like WebM or Matroska? At least 4 are needed. */
export function isMatroska(head: Uint8Array): boolean {
  const header = { id: 0, size: 0, length: 0 };
  const state = readHeader(head, 0, head.length, header);
  if (state === 'malformed' || head.length < 4) return false;
  if (state === 'cut') return head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3;
  if (header.id !== ID.EBML) return false;
  const end = header.length + header.size;
  // What is cut can't tell of another DocType.
  if (header.size < 0 || end > head.length) return true;
  return isKnownDocType(
    readEbmlHeader(new Element(ID.EBML, head.subarray(header.length, end), header.length, () => {})),
  );
}

/** The tracks of the first Segment, if its Tracks lie whole within these first bytes of a file; else undefined. */
export function matroskaTracks(head: Uint8Array): MatroskaTrack[] | undefined {
  const demuxer = new MatroskaDemuxer({ tracks: () => false });
  const tracks: MatroskaTrack[] = [];
  let segments = 0;
  for (const event of [...demuxer.push(head), ...demuxer.finish()]) {
    if (event.type === 'segment') segments++;
    if (segments > 1) break;
    if (event.type === 'track') tracks.push(event.track);
  }
  return tracks.length > 0 ? tracks : undefined;
}
