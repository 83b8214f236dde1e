import type { ByteSource, FilePacket, IngestEvent } from '@zarr-audio/codec';
import type { PacketFraming } from '@zarr-audio/opus-parser';
import { OpusCodecError } from '../errors';
import type { SeekPointsOf } from '../measure/seek-points';
import { ingestCanonical } from './canonical';
import { containerOf } from './container-choice';
import { InPlaceIndexer, MAX_HELD_BYTES } from './ogg/in-place';
import { oggContainer, readOggSteps } from './ogg/ogg-container';
import { OggOpusReader } from './ogg/ogg-opus-reader';
import type { OpusContainer, OpusStream } from './opus-stream';
import { Survey } from './survey';

/**
 * Ogg Opus in: kept byte for byte where it is one sound stream, else its packets are put into canonical Ogg, a blob
 * for every stream. The first pass hopes for the former, and surveys for the latter; where the hope fails the ingest
 * begins again.
 *
 * @throws {OpusCodecError} `OPUS_NO_STREAM`, `OPUS_HEADERS_INCOMPLETE`, `OPUS_NO_PACKETS`, `OPUS_BAD_HEAD`,
 *   `SOURCE_CHANGED`
 */
export async function* ingestOggOpus(
  source: ByteSource,
  seekPoints: SeekPointsOf,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent> {
  const reader = new OggOpusReader();
  const survey = new Survey();
  const indexer = new InPlaceIndexer(true, seekPoints);
  let keeps = true;
  try {
    for await (const { bytes, found } of readOggSteps(source, reader, signal)) {
      for (const event of found) survey.take(event);
      keeps &&= reader.sound && !indexer.waitsTooLong;
      if (keeps) yield* bytes ? indexer.take(bytes, found) : indexer.finish(found);
      else indexer.free();
    }
  } finally {
    indexer.free();
  }
  if (keeps) return;
  yield { type: 'restart' };
  yield* ingestCanonical(oggContainer(source), survey, seekPoints, signal);
}

/**
 * An encoded file in, whatever its container.
 *
 * @throws {OpusCodecError} as `ingestOggOpus`; and what the readers of other containers throw.
 */
export async function* ingestOpus(
  source: ByteSource,
  framing: PacketFraming | undefined,
  seekPoints: SeekPointsOf,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent> {
  const container = await containerOf(source, framing, signal);
  if (container.isOgg) yield* ingestOggOpus(source, seekPoints, signal);
  else yield* ingestContainer(container, seekPoints, signal);
}

/** Packets of another container, put into canonical Ogg. The file is read twice. */
async function* ingestContainer(
  container: OpusContainer,
  seekPoints: SeekPointsOf,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent> {
  const survey = new Survey();
  for await (const events of container.read(signal)) for (const event of events) survey.take(event);
  yield* ingestCanonical(container, survey, seekPoints, signal);
}

/**
 * The rows of a blob again: one stream, where it lies. Damage is in `repairs`.
 *
 * @throws {OpusCodecError} as `ingestOggOpus`.
 */
export async function* scanOggOpus(
  blob: ByteSource,
  seekPoints: SeekPointsOf,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent> {
  const reader = new OggOpusReader();
  const indexer = new InPlaceIndexer(false, seekPoints);
  try {
    for await (const { bytes, found } of readOggSteps(blob, reader, signal)) {
      yield* bytes ? indexer.take(bytes, found) : indexer.finish(found);
      if (indexer.waitsTooLong) {
        throw new OpusCodecError('OPUS_NO_PACKETS', `there is no audio in the first ${MAX_HELD_BYTES} bytes`);
      }
    }
  } finally {
    indexer.free();
  }
}

/** The packets of a file, stream by stream, where they lie in it. */
export async function* listPackets(container: OpusContainer, signal?: AbortSignal): AsyncGenerator<FilePacket> {
  const ends = new Map<OpusStream, number>();
  for await (const events of container.read(signal)) {
    for (const event of events) {
      if (event.type !== 'batch') continue;
      const { packets, samples, gap } = event.batch;
      let startSample = (ends.get(event.stream) ?? 0) + gap;
      for (const [i, count] of samples.entries()) {
        if (count === 0) continue;
        const bytePosition = packets.byteOffset(i);
        const byteLength = packets.byteLength(i);
        yield { bytePosition, byteLength, samples: count, startSample, link: event.stream.number };
        startSample += count;
      }
      ends.set(event.stream, startSample);
    }
  }
}
