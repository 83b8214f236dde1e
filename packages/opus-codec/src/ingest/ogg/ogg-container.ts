import type { ByteSource } from '@zarr-audio/codec';
import { OggDemuxer, type OggEvent } from '@zarr-audio/ogg-demux';
import type { OpusContainer } from '../opus-stream';
import { type OggOpusEvent, OggOpusReader } from './ogg-opus-reader';

/** A chunk of the file with what was found in it; at last, without bytes, what its end tells. */
export interface OggStep {
  readonly bytes: Uint8Array | undefined;
  readonly found: readonly OggOpusEvent[];
}

/**
 * Reads an Ogg file with its bytes.
 *
 * @throws {OpusCodecError} `OPUS_NO_STREAM`, `OPUS_HEADERS_INCOMPLETE`, `OPUS_NO_PACKETS`, `OPUS_BAD_HEAD`
 */
export async function* readOggSteps(
  source: ByteSource,
  reader: OggOpusReader,
  signal: AbortSignal | undefined,
): AsyncGenerator<OggStep> {
  // An EOS flag too early is a wrong flag: what follows is sound, and is told.
  const demuxer = new OggDemuxer({ afterEos: 'keep' });
  const read = (events: readonly OggEvent[]) => {
    const found: OggOpusEvent[] = [];
    for (const event of events) reader.read(event, found);
    return found;
  };
  for await (const bytes of source.open({ signal })) yield { bytes, found: read(demuxer.push(bytes)) };
  const found = read(demuxer.finish());
  reader.finish(found);
  if (reader.streams === 0) throw reader.failure;
  yield { bytes: undefined, found };
}

/** The Opus streams of an Ogg file. */
export function oggContainer(source: ByteSource): OpusContainer {
  return {
    isOgg: true,
    async *read(signal) {
      for await (const { found } of readOggSteps(source, new OggOpusReader(), signal)) yield found;
    },
  };
}
