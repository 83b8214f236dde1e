import { type ByteSource, type FilePacket, INDEX_WIDTH, type IngestEvent, readHead } from '@zarr-audio/codec';
import { isOgg, OggDemuxer, type OggEvent } from '@zarr-audio/ogg-demux';
import { id3Length, isMarker } from '../stream/markers';
import { NativeParser } from '../stream/native-parser';
import { ingestNative } from './native';
import { ingestOgg, listOggPackets } from './ogg';
import { isOggFlac } from './ogg-headers';

/** As much as an import shows to `probe`: the same has to come of it. */
const HEAD_BYTES = 65_536;
/** So many frames one behind another, with right checksums and numbers, are no chance. */
const ENOUGH_FRAMES = 2;
/** Files of these kinds may hold such frames, between bytes of their own: RIFF, EBML, CAF, and boxes. */
const OTHER_MAGIC: readonly (readonly [at: number, magic: string])[] = [
  [0, 'RIFF'],
  [0, 'RF64'],
  [0, '\x1aE\xdf\xa3'],
  [0, 'caff'],
  [4, 'ftyp'],
  [4, 'moov'],
  [4, 'mdat'],
];

/** Is a file that begins so FLAC? `head`: 64 KiB of it, or all. Undefined: a longer ID3 tag is in front. */
export function isFlac(head: Uint8Array): boolean | undefined {
  if (holdsOggFlac(head)) return true;
  if (isOgg(head)) return false;
  let at = 0;
  while (id3Length(head.subarray(at)) > 0) at += id3Length(head.subarray(at));
  // A tag with a picture may be longer than the head.
  if (at >= head.length) return head.length < HEAD_BYTES ? false : undefined;
  return isMarker(head, at) || holdsFrames(head);
}

/** The same, behind tags of any length; and in a later link of an Ogg file. */
export async function findFlac(source: ByteSource, signal?: AbortSignal): Promise<boolean> {
  if (isOgg(await readHead(source, HEAD_BYTES, signal))) {
    const demuxer = new OggDemuxer();
    for await (const bytes of source.open({ signal })) {
      signal?.throwIfAborted();
      if (demuxer.push(bytes).some(beginsFlac)) return true;
    }
    return false;
  }
  const parser = new NativeParser();
  for await (const bytes of source.open({ signal })) {
    signal?.throwIfAborted();
    for (const { type } of parser.push(bytes)) return type === 'block';
  }
  return false;
}

function holdsOggFlac(head: Uint8Array): boolean {
  return new OggDemuxer().push(head).some(beginsFlac);
}

function beginsFlac(event: OggEvent): boolean {
  return event.type === 'stream' && event.stream.firstPacket !== undefined && isOggFlac(event.stream.firstPacket);
}

/** Frames without a marker before them. */
function holdsFrames(head: Uint8Array): boolean {
  const magic = String.fromCharCode(...head.subarray(0, 8));
  if (OTHER_MAGIC.some(([at, other]) => magic.startsWith(other, at))) return false;
  const parser = new NativeParser();
  const frames = parser.push(head).filter(({ type }) => type === 'frame').length;
  // A file that is all there may be one frame.
  if (head.length < HEAD_BYTES) return frames + countFrames(parser) > 0;
  return frames >= ENOUGH_FRAMES;
}

function countFrames(parser: NativeParser): number {
  return parser.finish().filter(({ type }) => type === 'frame').length;
}

/** Also behind garbage, or tags of another kind. */
async function beginsAsOgg(source: ByteSource, signal?: AbortSignal): Promise<boolean> {
  const head = await readHead(source, HEAD_BYTES, signal);
  return isOgg(head) || holdsOggFlac(head);
}

/**
 * An encoded file in, native or in Ogg.
 *
 * @throws {FlacError} as `ingestNative` and `ingestOgg`.
 */
export async function* ingestFlac(source: ByteSource, signal?: AbortSignal): AsyncGenerator<IngestEvent> {
  if (await beginsAsOgg(source, signal)) yield* ingestOgg(source, signal);
  else yield* ingestNative(source, signal);
}

/** The frames of a file, where they lie in it. */
export async function* listPackets(source: ByteSource, signal?: AbortSignal): AsyncGenerator<FilePacket> {
  if (await beginsAsOgg(source, signal)) {
    yield* listOggPackets(source, signal);
    return;
  }
  for await (const event of ingestNative(source, signal)) {
    if (event.type !== 'piece') continue;
    const { rows } = event;
    for (let at = 0; at < rows.length; at += INDEX_WIDTH) {
      const [bytePosition, byteLength, samples, startSample] = rows.subarray(at) as unknown as [
        number,
        number,
        number,
        number,
      ];
      yield { bytePosition, byteLength, samples, startSample, link: 0 };
    }
  }
}
