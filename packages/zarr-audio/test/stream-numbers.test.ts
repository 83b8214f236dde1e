import { bytesSource, type PcmInput, type PcmSource } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { newStore } from './support/stores';

/** An input that gives a stream of silence for each number; undefined: one without a number. */
function numbered(...numbers: (number | undefined)[]): PcmInput {
  const pcm = (stream: number | undefined, place: number): PcmSource => ({
    format: { sampleRate: 48_000, channels: 1, sampleType: 'int16', bitsPerSample: 16 },
    ...(stream === undefined ? {} : { stream }),
    ...{ container: 'film', codec: 'pcm_s16le', tags: {}, repairs: () => [] },
    async *blocks() {
      yield new Int16Array(1_000 * (place + 1));
    },
  });
  return { id: 'numbered', probe: () => true, open: async () => numbers.map(pcm) };
}

const film = bytesSource('film.mkv', new Uint8Array(1));

/** Status and number of each stream that is imported. */
async function imported(input: PcmInput, options: { stream?: number } = {}) {
  const results = await (await newStore()).import(film, { inputs: [input], ...options });
  return results.map(({ status, stream }) => [status, stream]);
}

describe('streams that an input decodes', () => {
  it('keep the numbers that they have in their file, where one between them can not be decoded', async () => {
    expect(await imported(numbered(0, 2))).toEqual([
      ['imported', 0],
      ['imported', 2],
    ]);
    expect(await imported(numbered(0, 2), { stream: 2 })).toEqual([['imported', 2]]);
    for (const stream of [1, 3]) {
      await expect(imported(numbered(0, 2), { stream })).rejects.toMatchObject({
        code: 'STREAM_NOT_FOUND',
        details: { stream, streams: 3 },
      });
    }
  });

  it('have the numbers of their places without', async () => {
    expect(await imported(numbered(undefined, undefined), { stream: 1 })).toEqual([['imported', 1]]);
  });
});
