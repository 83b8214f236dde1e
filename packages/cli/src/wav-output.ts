import type { PcmData, SampleType, StreamDescription } from '@zarr-audio/codec';
import { reorderChannels, vorbisToWavOrder, type WavChunk, type WavOutput } from '@zarr-audio/wav';
import type { MetadataPiece } from 'zarr-audio';
import { UsageError } from './usage';

export interface WavFile extends WavOutput {
  /** For each channel of the file, its number in the recording; undefined if they stay. */
  readonly order: readonly number[] | undefined;
  /** Bits by which samples are moved up to fill theirs. */
  readonly shift: number;
}

export interface WavOptions {
  readonly description: StreamDescription;
  readonly frames: number;
  readonly dtype: SampleType | 'auto' | undefined;
  /** The rate is divided by this: ultrasound can be heard, as bat detectors' time expansion makes it. */
  readonly expansion: number;
  readonly chunks: readonly WavChunk[];
  /** Of the recording's source, where it is one recording. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * What the samples of a read are, as a WAV says it. Up to 16 bits that are asked for as int32 fill all 32: few programs
 * honour fewer valid bits than a sample has.
 *
 * @throws {UsageError} if the expanded rate is none.
 */
export function wavOutput({ description, frames, dtype = 'auto', expansion, chunks, tags }: WavOptions): WavFile {
  const { channels } = description;
  const sampleRate = description.sampleRate / expansion;
  if (!Number.isInteger(sampleRate)) {
    throw new UsageError(`--expand: ${description.sampleRate} Hz by ${expansion} is no whole number of Hz`);
  }
  const sampleType = dtype === 'auto' ? description.sampleType : dtype;
  const isWidened = sampleType === 'int32' && description.bitsPerSample <= 16;
  const bitsPerSample = isWidened || sampleType === 'float32' ? 32 : description.bitsPerSample;
  const shift = isWidened ? 32 - description.bitsPerSample : 0;
  const family = mappingFamily(description);
  const order = family === 1 ? vorbisToWavOrder(channels) : undefined;
  const isDiscrete = family > 1;
  const channelMask = family === 0 ? statedMask(tags, channels) : undefined;
  return { sampleRate, channels, sampleType, bitsPerSample, frames, isDiscrete, channelMask, shift, order, chunks };
}

/** The speakers of the channels, if a source names others than usual; as FLAC has them. RFC 9639 §8.6.2 */
function statedMask(tags: WavOptions['tags'] = {}, channels: number): number | undefined {
  const [, digits] = /^0x([0-9a-f]{1,8})$/i.exec(tags.waveformatextensible_channel_mask ?? '') ?? [];
  if (digits === undefined) return undefined;
  const mask = Number.parseInt(digits, 16);
  const speakers = mask.toString(2).replaceAll('0', '').length;
  return speakers <= channels ? mask : undefined;
}

/** What a source said beside its audio, as far as it can stand in a WAV: the chunks of one. */
export function keptChunks(pieces: readonly MetadataPiece[]): WavChunk[] {
  return pieces.filter(({ name }) => /^[\x20-\x7e]{4}$/.test(name));
}

/** Opus has surround in Vorbis' order (family 1), and channels without speakers (2, 3, 255). RFC 7845 §5.1.1 */
function mappingFamily({ codec, attributes: { channel_mapping: mapping } }: StreamDescription): number {
  const isMapping = codec === 'opus' && typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping);
  return isMapping && typeof mapping.family === 'number' ? mapping.family : 0;
}

export function wavSamples(data: PcmData, { order, shift }: WavFile): PcmData {
  const ordered = order ? reorderChannels(data, order) : data;
  return shift === 0 || !(ordered instanceof Int32Array) ? ordered : ordered.map((sample) => sample << shift);
}
