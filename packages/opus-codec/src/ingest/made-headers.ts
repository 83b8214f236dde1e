import { encodeOpusTags, type OpusHead } from '@zarr-audio/opus-parser';

/** The header of a stream that came without one. @see RFC 7845 §5.1 */
export function plainHead(channels: number, preSkip: number): OpusHead {
  return {
    version: 1,
    channels,
    preSkip,
    inputSampleRate: 48_000,
    outputGainQ8: 0,
    mappingFamily: 0,
    streamCount: 1,
    coupledCount: channels - 1,
    channelMapping: channels === 1 ? [0] : [0, 1],
  };
}

/** OpusTags of what another container says of a stream. */
export function madeTags(comments: readonly { readonly key: string; readonly value: string }[]): Uint8Array {
  // A key can hold no '=', and nothing outside of printable ASCII (https://www.xiph.org/vorbis/doc/v-comment.html).
  const kept = comments.map(({ key, value }) => ({ key: key.replace(/[^ -<>-}]/g, '_'), value }));
  return encodeOpusTags({ vendor: 'zarr-audio', comments: kept.slice(0, MAX_COMMENTS) });
}

/** A file that bears more is no file that anybody reads. */
const MAX_COMMENTS = 10_000;
