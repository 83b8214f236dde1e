import type { ByteSource, CodedError } from '@zarr-audio/codec';
import { type Mp4File, Mp4SampleReader, type Mp4Track, scanMp4 } from '@zarr-audio/mp4-demux';
import { asCoded, OpusCodecError, otherCodec } from '../../errors';
import type { OpusContainer, OpusStreamEvent } from '../opus-stream';
import { OpusMp4Track } from './opus-mp4-track';

/** The Opus tracks of an MP4, M4A or MOV file. It is read once to find where they lie, and again for every `read`. */
export function mp4Container(source: ByteSource): OpusContainer {
  let scanned: Mp4File | undefined;
  return {
    isOgg: false,
    async *read(signal) {
      scanned ??= await scanMp4(source.open({ signal }), { signal });
      const { tracks, failed } = audioTracks(scanned);
      yield [...failed].map(([number, error]) => ({ type: 'failed' as const, number, error }));
      const reader = new Mp4SampleReader([...tracks.keys()]);
      for await (const bytes of source.open({ signal })) {
        const found: OpusStreamEvent[] = [];
        for (const sample of reader.push(bytes)) tracks.get(sample.track)!.sample(sample, found);
        yield found;
      }
      reader.finish();
      const found: OpusStreamEvent[] = [];
      let streams = 0;
      for (const track of tracks.values()) {
        if (track.finish(found)) {
          streams++;
          continue;
        }
        const error = new OpusCodecError('OPUS_NO_PACKETS', 'the track has not one whole audio packet');
        failed.set(track.number, error);
        found.push({ type: 'failed', number: track.number, error });
      }
      yield found;
      if (streams === 0) throw whyNone(failed);
    },
  };
}

/** The tracks with sound, numbered in the order of the file: those of Opus, and why the others can't be taken. */
function audioTracks(file: Mp4File) {
  const tracks = new Map<Mp4Track, OpusMp4Track>();
  const failed = new Map<number, CodedError>();
  for (const [number, track] of file.tracks.filter(({ kind }) => kind === 'audio').entries()) {
    if (track.codec !== 'Opus') {
      failed.set(number, otherCodec(number, track.codec));
      continue;
    }
    try {
      tracks.set(track, new OpusMp4Track(file, track, number));
    } catch (error) {
      failed.set(number, asCoded(error));
    }
  }
  return { tracks, failed };
}

function whyNone(failed: ReadonlyMap<number, CodedError>): CodedError {
  const errors = [...failed.values()];
  const own = errors.find(({ code }) => code !== 'STREAM_OTHER_CODEC');
  return own ?? new OpusCodecError('OPUS_NO_STREAM', 'there is no Opus track in this file');
}
