import type { ByteSource } from '@zarr-audio/codec';
import { type MatroskaTag, readMatroska } from '@zarr-audio/matroska-demux';
import type { OpusContainer, OpusStreamEvent } from '../opus-stream';
import { isOpusTrack, MatroskaOpusReader } from './matroska-opus-reader';

/** No packet of 255 channels is that long; more is not held for one block. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** The Opus tracks of a WebM or Matroska file. Tags that stand behind the audio are known from the second reading on. */
export function matroskaContainer(source: ByteSource): OpusContainer {
  let known: readonly MatroskaTag[] = [];
  return {
    isOgg: false,
    async *read(signal) {
      const reader = new MatroskaOpusReader(known);
      const options = { maxFrameBytes: MAX_FRAME_BYTES, tracks: isOpusTrack };
      const found: OpusStreamEvent[] = [];
      for await (const event of readMatroska(source.open({ signal }), options)) {
        reader.read(event, found);
        if (found.length > 0) yield* found.splice(0);
      }
      reader.finish(found);
      yield* found;
      known = reader.tags;
      if (reader.streams === 0) throw reader.failure;
    },
  };
}
