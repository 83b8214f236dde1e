import { describe, expect, it } from 'vitest';
import { plainChannels } from '../../src/decode/plain-channels';
import { fixture, oggLinks } from './ogg-links';

const streamOf = (channels: number, family: number, streams: number, coupled: number, mapping: number[]) => ({
  channels,
  attributes: { channel_mapping: { family, streams, coupled, mapping } },
});

describe('plainChannels', () => {
  it.each([
    [1, streamOf(1, 0, 1, 0, [0])],
    [2, streamOf(2, 0, 1, 1, [0, 1])],
    [1, streamOf(1, 1, 1, 0, [0])],
    [2, streamOf(2, 1, 1, 1, [0, 1])],
    [1, streamOf(1, 255, 1, 0, [0])],
    [2, streamOf(2, 255, 1, 1, [0, 1])],
  ])('%i', (channels, stream) => {
    expect(plainChannels(stream)).toBe(channels);
  });

  it.each([
    ['three channels', streamOf(3, 1, 2, 1, [0, 2, 1])],
    ['two streams', streamOf(2, 255, 2, 0, [0, 1])],
    ['one stream for both channels', streamOf(2, 255, 1, 0, [0, 0])],
    ['channels exchanged', streamOf(2, 255, 1, 1, [1, 0])],
    ['a silent channel', streamOf(2, 255, 1, 1, [0, 255])],
    ['one channel of two', streamOf(1, 255, 1, 1, [1])],
  ])('TOO_MANY_CHANNELS: %s', (_, stream) => {
    expect(() => plainChannels(stream)).toThrow(expect.objectContaining({ code: 'TOO_MANY_CHANNELS' }));
  });

  it.each(['test-3-LCR', 'test-6-5.1', 'test-7-6.1'])('TOO_MANY_CHANNELS: %s.opus', (name) => {
    const [link] = oggLinks(fixture(`ogg_opus/${name}.opus`));
    expect(() => plainChannels(link!.stream)).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_CHANNELS', details: expect.objectContaining({ limit: 2 }) }),
    );
  });

  it.each([0, 256, 1.5, Number.NaN])('OPUS_BAD_ATTRIBUTES: %d channels', (channels) => {
    expect(() => plainChannels(streamOf(channels, 0, 1, 0, [0]))).toThrow(
      expect.objectContaining({ code: 'OPUS_BAD_ATTRIBUTES' }),
    );
  });
});
