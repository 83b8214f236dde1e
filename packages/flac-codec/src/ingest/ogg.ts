import type { ByteSource, CodedError, FilePacket, IngestEvent } from '@zarr-audio/codec';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { FlacError } from '../errors';
import { joined, NO_SEEK_ROWS } from './native';
import { type OggFlacEvent, OggFlacReader, type OggFlacStream } from './ogg-reader';
import { describeInfo } from './stream-description';

/**
 * FLAC in Ogg: the frames, unchanged, behind the metadata of each stream, as native files; a chain gives several.
 *
 * @throws {FlacError} `FLAC_NO_STREAM`, or what failed the last stream, if none can be taken.
 */
export async function* ingestOgg(source: ByteSource, signal?: AbortSignal): AsyncGenerator<IngestEvent> {
  const pending = new Map<OggFlacStream, Uint8Array[]>();
  const failed: { number: number; error: CodedError }[] = [];
  let ended = 0;
  for await (const found of readOgg(source, signal)) {
    for (const event of found) {
      if (event.type === 'failed') failed.push(event);
      else if (event.type === 'end') {
        const frames = pending.get(event.stream);
        if (frames) yield pieceOf(event.stream, frames);
        pending.delete(event.stream);
        yield { type: 'end', stream: event.stream.number, summary: event.stream.timeline!.summarize() };
        ended++;
      } else {
        const { stream, bytes } = event;
        if (event.isFirst) {
          yield beginOf(stream);
          pending.set(stream, [stream.headers.native()]);
        }
        const frames = pending.get(stream);
        if (frames) frames.push(bytes);
        else pending.set(stream, [bytes]);
      }
    }
    for (const [stream, frames] of pending) yield pieceOf(stream, frames);
    pending.clear();
  }
  if (ended === 0) throw failed.at(-1)?.error ?? noStream();
  for (const { number, error } of failed) yield { type: 'failed', stream: number, error };
}

/** The frames where they lie in the Ogg file: the first byte of each, and its length without page headers in between. */
export async function* listOggPackets(source: ByteSource, signal?: AbortSignal): AsyncGenerator<FilePacket> {
  let last: CodedError | undefined;
  let packets = 0;
  for await (const found of readOgg(source, signal)) {
    for (const event of found) {
      if (event.type === 'failed') last = event.error;
      if (event.type !== 'frame') continue;
      const { stream, bytes, byteOffset, samples, startSample } = event;
      packets++;
      yield { bytePosition: byteOffset, byteLength: bytes.length, samples, startSample, link: stream.number };
    }
  }
  if (packets === 0) throw last ?? noStream();
}

async function* readOgg(source: ByteSource, signal?: AbortSignal): AsyncGenerator<readonly OggFlacEvent[]> {
  const demuxer = new OggDemuxer({ afterEos: 'keep' });
  const reader = new OggFlacReader();
  for await (const bytes of source.open({ signal })) {
    signal?.throwIfAborted();
    const found: OggFlacEvent[] = [];
    for (const event of demuxer.push(bytes)) reader.read(event, found);
    yield found;
  }
  const found: OggFlacEvent[] = [];
  for (const event of demuxer.finish()) reader.read(event, found);
  yield found;
}

function beginOf({ number, headers }: OggFlacStream): IngestEvent {
  const description = describeInfo(headers.info);
  const { sampleRate, channels } = description;
  const source = { container: 'ogg', codec: 'flac', sampleRate, channels, tags: headers.tags };
  return { type: 'stream', stream: number, description, source, verbatim: false };
}

function pieceOf({ number, timeline }: OggFlacStream, frames: readonly Uint8Array[]): IngestEvent {
  return { type: 'piece', stream: number, bytes: joined(frames), rows: timeline!.rows.take(), seekRows: NO_SEEK_ROWS };
}

function noStream(): FlacError {
  return new FlacError('FLAC_NO_STREAM', 'there is no FLAC stream in the Ogg file');
}
