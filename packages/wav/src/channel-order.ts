import type { PcmData } from './pcm';

/** For each channel of a WAV file, which one of Vorbis' order it is. Index: channels. */
const ORDERS: readonly (readonly number[] | undefined)[] = [
  undefined,
  undefined,
  undefined,
  [0, 2, 1], // left, right, centre
  [0, 1, 2, 3], // front left and right, back left and right
  [0, 2, 1, 3, 4], // front left, right, centre, back left, right
  [0, 2, 1, 5, 3, 4], // front left, right, centre, LFE, back left, right
  [0, 2, 1, 6, 5, 3, 4], // front left, right, centre, LFE, back centre, side left, right
  [0, 2, 1, 7, 5, 6, 3, 4], // front left, right, centre, LFE, back left, right, side left, right
];

/** Speaker bits (dwChannelMask) of 1 to 8 channels in WAV order. */
const MASKS = [0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3f, 0x70f, 0x63f];

/** Of a file that does not say more than how many channels it has. 0: they have no speakers. */
export function usualMask(channels: number): number {
  return MASKS[channels] ?? 0;
}

/**
 * How channels move from Vorbis' order, which Opus has too, to that of WAV files: channel `i` of the WAV file is channel
 * `order[i]` of the Vorbis order. Outside of 3 to 8 channels, where Vorbis defines no other order, they stay.
 *
 * @param channels  Integer in [1, 65535].
 * @throws {RangeError} for any other number.
 * @see RFC 7845 §5.1.1.2; Vorbis I §4.3.9; Microsoft, "Multiple channel audio data and WAVE files"
 */
export function vorbisToWavOrder(channels: number): readonly number[] {
  checkChannels(channels);
  return ORDERS[channels] ?? Array.from({ length: channels }, (_, i) => i);
}

/**
 * Interleaved samples with their channels in another order.
 *
 * @param order  For each channel of the result, its number in `samples`.
 * @throws {RangeError} if `samples` has no whole frames.
 */
export function reorderChannels<T extends PcmData>(samples: T, order: readonly number[]): T {
  const channels = order.length;
  if (samples.length % channels !== 0) {
    throw new RangeError(`${samples.length} samples are no whole frames of ${channels} channels`);
  }
  const reordered = samples.slice() as T;
  for (let frame = 0; frame < samples.length; frame += channels) {
    for (let i = 0; i < channels; i++) reordered[frame + i] = samples[frame + order[i]!]!;
  }
  return reordered;
}

export function checkChannels(channels: number): void {
  if (!Number.isInteger(channels) || channels < 1 || channels > 65_535) {
    throw new RangeError(`channels is ${channels}, not an integer in [1, 65535]`);
  }
}
