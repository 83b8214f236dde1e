import type { ByteSource } from '@zarr-audio/codec';
import { MatroskaDemuxer, type MatroskaEvent, type MatroskaTag } from '@zarr-audio/matroska-demux';
import type { OpusContainer, OpusStreamEvent } from '../opus-stream';
import { isOpusTrack, MatroskaOpusReader } from './matroska-opus-reader';

/** No packet of 255 channels is that long; more is not held for one block. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** The Opus tracks of a WebM or Matroska file. Tags that stand behind the audio are known from the second reading on. */
export function matroskaContainer(source: ByteSource): OpusContainer {
  let known: readonly (readonly MatroskaTag[])[] = [];
  return {
    isOgg: false,
    async *read(signal) {
      const reader = new MatroskaOpusReader(known);
      const demuxer = new MatroskaDemuxer({ maxFrameBytes: MAX_FRAME_BYTES, tracks: isOpusTrack });
      const read = (events: readonly MatroskaEvent[]) => {
        const found: OpusStreamEvent[] = [];
        for (const event of events) reader.read(event, found);
        return found;
      };
      for await (const bytes of source.open({ signal })) yield read(demuxer.push(bytes));
      const found = read(demuxer.finish());
      reader.finish(found);
      yield found;
      known = reader.tags;
      if (reader.streams === 0) throw reader.failure;
    },
  };
}
