import type { JsonValue } from '@zarr-audio/codec';
import { encodeOpusHead, parseOpusHead } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { channelLayout, streamChannels } from '../../src/decode/channel-layout';
import { describeAttributes, describeHead } from '../../src/stream-description';
import { fixture, oggLinks } from './ogg-links';

type Mapping = { family: number; streams: number; coupled: number; mapping: number[]; matrix?: number[] };

const streamOf = (channels: number, channelMapping: JsonValue) => ({
  channels,
  attributes: { channel_mapping: channelMapping },
});
const table = (family: number, streams: number, coupled: number, mapping: number[]): Mapping => ({
  family,
  streams,
  coupled,
  mapping,
});
const matrix = (streams: number, coupled: number, values: number[]): Mapping => ({
  ...table(3, streams, coupled, []),
  matrix: values,
});

describe('channelLayout', () => {
  it.each([
    [1, table(0, 1, 0, [0])],
    [2, table(0, 1, 1, [0, 1])],
    [1, table(1, 1, 0, [0])],
    [2, table(1, 1, 1, [0, 1])],
    [1, table(255, 1, 0, [0])],
    [2, table(255, 1, 1, [0, 1])],
  ])('%i channels that one plain decoder gives: %j', (channels, mapping) => {
    expect(channelLayout(streamOf(channels, mapping))).toEqual({ ...mapping, channels, isPlain: true });
  });

  it.each([
    ['three channels', 3, table(1, 2, 1, [0, 2, 1])],
    ['two streams', 2, table(255, 2, 0, [0, 1])],
    ['one stream for both channels', 2, table(255, 1, 0, [0, 0])],
    ['channels exchanged', 2, table(255, 1, 1, [1, 0])],
    ['a silent channel', 2, table(255, 1, 1, [0, 255])],
    ['the right one of two channels', 1, table(255, 1, 1, [1])],
    ['the left one, where a mono decoder would mix both', 1, table(255, 1, 1, [0])],
    ['a stream that is not heard', 2, table(255, 2, 1, [0, 1])],
    ['a matrix for one channel', 1, matrix(1, 0, [32_767])],
    ['255 streams', 255, table(255, 255, 0, [...Array(255).keys()])],
    ['a family that is not assigned', 2, table(77, 1, 1, [1, 1])],
  ])('takes a decoder a stream and a mapping: %s', (_, channels, mapping) => {
    expect(channelLayout(streamOf(channels, mapping))).toEqual({ ...mapping, channels, isPlain: false });
  });

  it('the first streams are stereo', () => {
    const layout = channelLayout(streamOf(3, table(1, 2, 1, [0, 2, 1])));
    expect([0, 1].map((stream) => streamChannels(layout, stream))).toEqual([2, 1]);
  });

  it.each([0, 256, 1.5, Number.NaN])('OPUS_BAD_ATTRIBUTES: %d channels', (channels) => {
    expect(() => channelLayout(streamOf(channels, table(0, 1, 0, [0])))).toThrow(
      expect.objectContaining({ code: 'OPUS_BAD_ATTRIBUTES' }),
    );
  });
});

describe('the attribute channel_mapping', () => {
  const attributes = (channels: number, channelMapping: JsonValue) => ({
    nb_channels: channels,
    original_sample_rate: 48_000,
    pre_skip: 312,
    output_gain_q8: 0,
    channel_mapping: channelMapping,
  });

  it.each([
    ...['ogg_opus/stereo.opus', 'ogg_opus/test-6-5.1.opus', 'ambisonics/family2-6ch.opus'],
    ...['ambisonics/family3-4ch.opus', 'ambisonics/family3-11ch.opus', 'ogg_opus/ogg.opus.flush.3.opus'],
  ])('says all of the OpusHead of %s', (path) => {
    const head = parseOpusHead(oggLinks(fixture(path))[0]!.headPacket);
    const description = describeHead(head);
    const stored = JSON.parse(JSON.stringify(attributes(head.channels, description.attributes.channel_mapping!)));
    const read = describeAttributes(stored);
    const { family, streams, coupled, mapping, matrix } = channelLayout(read);
    expect(read.channels).toBe(head.channels);
    expect({ family, streams, coupled, mapping }).toEqual({
      family: head.mappingFamily,
      streams: head.streamCount,
      coupled: head.coupledCount,
      mapping: head.channelMapping,
    });
    expect(matrix).toEqual(head.demixingMatrix && [...head.demixingMatrix]);
  });

  it('holds the largest matrix there is', () => {
    const demixingMatrix = Int16Array.from({ length: 227 * 255 }, (_, i) => i * 7919);
    const head = { version: 1, channels: 227, preSkip: 0, inputSampleRate: 0, outputGainQ8: 0, mappingFamily: 3 };
    const packet = encodeOpusHead({ ...head, streamCount: 128, coupledCount: 127, channelMapping: [], demixingMatrix });
    const { channel_mapping: stored } = describeHead(parseOpusHead(packet)).attributes;
    expect(channelLayout(streamOf(227, stored!)).matrix).toEqual([...demixingMatrix]);
  });

  it.each([
    ['nothing', 1, null],
    ['a list', 1, [0]],
    ['no streams', 1, table(255, 0, 0, [255])],
    ['more coupled streams than streams', 3, table(255, 1, 2, [0, 1, 2])],
    ['over 255 decoded channels', 1, table(255, 200, 56, [0])],
    ['too few entries', 3, table(1, 2, 1, [0, 2])],
    ['too many entries', 2, table(1, 1, 1, [0, 1, 1])],
    ['an entry of no decoded channel', 2, table(1, 1, 1, [0, 2])],
    ['an entry that is no number', 1, { ...table(1, 1, 0, []), mapping: ['0'] }],
    ['half a channel', 1, table(1, 1, 0, [0.5])],
    ['channels exchanged in family 0, which has no table', 2, table(0, 1, 1, [1, 0])],
    ['mono for both channels in family 0', 2, table(0, 1, 0, [0, 0])],
    ['two streams in family 0', 2, table(0, 2, 0, [0, 1])],
    ['a matrix outside of family 3', 1, { ...table(255, 1, 0, [0]), matrix: [1] }],
    ['a mapping in family 3', 1, { ...matrix(1, 0, [1]), mapping: [0] }],
    ['family 3 without a matrix', 1, table(3, 1, 0, [])],
    ['a matrix that is too short', 2, matrix(1, 1, [1, 2, 3])],
    ['a matrix that is too long', 2, matrix(1, 1, [1, 2, 3, 4, 5])],
    ['a matrix entry over int16', 1, matrix(1, 0, [32_768])],
    ['a matrix entry under int16', 1, matrix(1, 0, [-32_769])],
    ['a matrix entry that is no integer', 1, matrix(1, 0, [0.5])],
    ['a matrix that is no list', 1, { ...matrix(1, 0, []), matrix: { length: 1 } }],
  ])('OPUS_BAD_ATTRIBUTES: %s', (_, channels, mapping) => {
    const expected = expect.objectContaining({ code: 'OPUS_BAD_ATTRIBUTES' });
    expect(() => describeAttributes(attributes(channels, mapping))).toThrow(expected);
    expect(() => channelLayout(streamOf(channels, mapping))).toThrow(expected);
  });

  it('is quoted in part where it is long', () => {
    const long = matrix(1, 0, Array(100_000).fill(12_345));
    expect(() => channelLayout(streamOf(1, long))).toThrow(/^.{100,500}$/);
  });
});
