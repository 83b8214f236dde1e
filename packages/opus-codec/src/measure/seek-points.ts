import { errorCode, type IngestOptions, type JsonObject, type StreamDescription } from '@zarr-audio/codec';
import { InlineMeasuring, SeekGrid, SeekMeasurer, type SeekPointBuilder } from '@zarr-audio/opus-index';
import { joinMultistream, splitMultistream, stripPadding } from '@zarr-audio/opus-parser';
import type { SelectedBackend } from '../backends/select';
import { channelLayout } from '../decode/channel-layout';
import type { DecoderPool } from '../decode/decoder-pool';
import { candidateSamples } from './entry-points';
import { measuringDecoder, TaskMeasuring } from './measure-task';
import { Portability } from './portability';

/** Makes what finds the seek points of a stream, whose OpusTags are as in its blob. */
export type SeekPointsOf = (stream: StreamDescription, tagsPacket: Uint8Array | undefined) => SeekPointBuilder;

/** Audio and packets that gather for one job, over all streams that are measured at a time. */
const JOB_BYTES = 16 * 1024 * 1024;
/** Of each stream of a packet; a packet that has more holds several frames, or padding. */
const MAX_FRAME_BYTES = 1275;

/**
 * Seek points are measured, with a backend that is exact: what one measures that rounds differently would be wrong for all others.
 * Without such a one they are laid as a grid.
 */
export function measuredSeekPoints(
  selected: SelectedBackend,
  decoders: DecoderPool,
  { tasks, signal }: IngestOptions,
): SeekPointsOf {
  if (!selected.exact) return () => new SeekGrid();
  const { name, library } = selected.backend;
  let measured = 0;
  return (stream, tagsPacket) => {
    const inline = new InlineMeasuring(() => measuringDecoder(stream, decoders, selected));
    const runner = tasks ? new TaskMeasuring(tasks, { stream, backend: name, library }, inline, signal) : inline;
    const measurer = new SeekMeasurer({
      channels: stream.channels,
      decoder: measuringDecoder(stream, decoders, selected),
      runner,
      candidateSamples: candidateSamples(tagsPacket),
      jobBytes: () => JOB_BYTES / measured,
    });
    measured++;
    return new MeasuredSeekPoints(measurer, library, channelLayout(stream).streams, () => measured--);
  };
}

/** What a `SeekMeasurer` does, with packets that are no larger than they have to be. */
class MeasuredSeekPoints implements SeekPointBuilder {
  readonly #measurer: SeekMeasurer;
  readonly #library: string;
  readonly #streams: number;
  readonly #portability: Portability;
  #freed: (() => void) | undefined;

  constructor(measurer: SeekMeasurer, library: string, streams: number, freed: () => void) {
    this.#measurer = measurer;
    this.#library = library;
    this.#streams = streams;
    this.#portability = new Portability(streams);
    this.#freed = freed;
  }

  get attributes(): JsonObject {
    return { measured_by: this.#library, portable: this.#portability.isPortable };
  }

  add(bytes: Uint8Array, start: number, end: number, cumStart: number, samples: number): void {
    const packet = compact(bytes.subarray(start, end), this.#streams);
    this.#portability.add(packet);
    this.#measurer.add(packet, 0, packet.byteLength, cumStart, samples);
  }

  drain(): Promise<void> | undefined {
    return this.#measurer.drain();
  }

  take(): Float64Array {
    return this.#measurer.take();
  }

  async finish(): Promise<void> {
    await this.#measurer.finish();
    this.free();
  }

  free(): void {
    this.#measurer.free();
    this.#freed?.();
    this.#freed = undefined;
  }
}

/**
 * The packet without its padding, if it is so large that it may be mostly that: packets of seconds are kept. What can't be
 * decoded for its framing is as well kept as nothing, which can't be decoded either.
 */
function compact(packet: Uint8Array, streams: number): Uint8Array {
  if (packet.byteLength <= MAX_FRAME_BYTES * streams) return packet;
  try {
    return joinMultistream(splitMultistream(packet, streams).map(stripPadding));
  } catch (error) {
    if (errorCode(error) !== 'OPUS_BAD_PACKET') throw error;
    return packet.subarray(0, 0);
  }
}
