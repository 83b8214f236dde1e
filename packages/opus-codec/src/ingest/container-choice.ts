import { type ByteSource, errorCode, readHead } from '@zarr-audio/codec';
import { isMatroska, matroskaTracks, readMatroska } from '@zarr-audio/matroska-demux';
import { hasOpusTrack, isMp4, scanMp4 } from '@zarr-audio/mp4-demux';
import { isOgg, OggDemuxer, type OggEvent } from '@zarr-audio/ogg-demux';
import { isOpusHead, looksLikeOpusDemo, type PacketFraming } from '@zarr-audio/opus-parser';
import { framedContainer } from './framed/framed-container';
import { matroskaContainer } from './matroska/matroska-container';
import { isOpusTrack } from './matroska/matroska-opus-reader';
import { mp4Container } from './mp4/mp4-container';
import { oggContainer } from './ogg/ogg-container';
import type { OpusContainer } from './opus-stream';

/** As much as an import shows to `probe`: the same has to come of it. */
const HEAD_BYTES = 65_536;

/** Does a file that begins so hold Opus? `head`: 64 KiB of it or all. Undefined: it can't be told from that. */
export function holdsOpus(head: Uint8Array): boolean | undefined {
  if (isOgg(head) && hasOpusHead(head)) return true;
  if (isMatroska(head)) return matroskaTracks(head)?.some(isOpusTrack);
  if (isMp4(head)) return hasOpusTrack(head);
  return looksLikeOpusDemo(head) || beginsOpusInOgg(head);
}

/** The same for the whole file, later links of a chain too; one that can't be read holds none. */
export async function findOpus(source: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const head = await readHead(source, HEAD_BYTES, signal);
    if (isOgg(head)) return await findInOgg(source, signal);
    if (isMp4(head)) {
      const { tracks } = await scanMp4(source.open({ signal }), { signal });
      return tracks.some(({ codec }) => codec === 'Opus');
    }
    for await (const event of readMatroska(source.open({ signal }), { tracks: () => false })) {
      if (event.type === 'track' && isOpusTrack(event.track)) return true;
    }
  } catch (error) {
    if (!/^(MP4|MATROSKA)_/.test(errorCode(error) ?? '')) throw error;
  }
  return false;
}

/** What reads the packets of a file. What is nothing else is taken for Ogg: it may begin with garbage. */
export async function containerOf(
  source: ByteSource,
  framing: PacketFraming | undefined,
  signal: AbortSignal | undefined,
): Promise<OpusContainer> {
  if (framing !== undefined) return framedContainer(source, framing);
  const head = await readHead(source, HEAD_BYTES, signal);
  if (isMatroska(head)) return matroskaContainer(source);
  if (isMp4(head)) return mp4Container(source);
  if (!isOgg(head) && looksLikeOpusDemo(head)) return framedContainer(source, 'opus-demo');
  return oggContainer(source);
}

const OPUS_HEAD = [...'OpusHead'].map((letter) => letter.charCodeAt(0));

/** Ogg with an OpusHead among its first packets, or Ogg that ends before it could be told. */
function hasOpusHead(head: Uint8Array): boolean {
  for (let i = 28; i + OPUS_HEAD.length <= head.length; i++) {
    if (head[i] === 0x4f && OPUS_HEAD.every((byte, k) => head[i + k] === byte)) return true;
  }
  return head.length < 28 + OPUS_HEAD.length;
}

/** A sound page that begins a stream of Opus, behind garbage or tags of another kind (ID3). */
function beginsOpusInOgg(head: Uint8Array): boolean {
  return new OggDemuxer().push(head).some(beginsOpus);
}

function beginsOpus(event: OggEvent): boolean {
  return event.type === 'stream' && event.stream.firstPacket !== undefined && isOpusHead(event.stream.firstPacket);
}

async function findInOgg(source: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
  const demuxer = new OggDemuxer();
  for await (const bytes of source.open({ signal })) {
    signal?.throwIfAborted();
    if (demuxer.push(bytes).some(beginsOpus)) return true;
  }
  return false;
}
