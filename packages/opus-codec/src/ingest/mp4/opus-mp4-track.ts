import type { Mp4File, Mp4Sample, Mp4Track } from '@zarr-audio/mp4-demux';
import { type OpusHead, packetSamplesOrZero, parseOpusHead } from '@zarr-audio/opus-parser';
import { OpusCodecError } from '../../errors';
import { madeTags } from '../made-headers';
import type { OpusStream, OpusStreamEvent, PacketBatch } from '../opus-stream';
import { StreamTimeline } from '../stream-timeline';
import { textTags } from '../tags';
import { type Placed, TimestampSteps } from '../timestamp-steps';

/**
 * One Opus track: samples in, packets with their time out.
 *
 * What is heard is what the edit list shows: its media time takes the place of the pre-skip, its end trims the end.
 *
 * @see Encapsulation of Opus in ISO Base Media File Format §4.4
 */
export class OpusMp4Track {
  readonly number: number;
  readonly timeline = new StreamTimeline();
  readonly #file: Mp4File;
  readonly #track: Mp4Track;
  readonly #head: OpusHead;
  /** Samples at 48 kHz in a unit of the track's time. */
  readonly #scale: number;
  readonly #steps: TimestampSteps<{ packets: PacketBatch; samples: Uint16Array }>;
  /** Samples by which the track begins after the file does. */
  readonly #late: number;
  #stream: OpusStream | undefined;
  /** Where the last packet begins: by the file, in units of the track, and by what was decoded. */
  #lastTime = 0;
  #lastDuration = 0;
  #lastStart = 0;

  /** @throws {OpusCodecError} `OPUS_BAD_HEAD`; {OpusError} likewise */
  constructor(file: Mp4File, track: Mp4Track, number: number) {
    this.number = number;
    this.#file = file;
    this.#track = track;
    this.#scale = 48_000 / track.timescale;
    this.#steps = new TimestampSteps(this.timeline, this.#scale);
    if (!track.opusHead) throw new OpusCodecError('OPUS_BAD_HEAD', 'the track has no box dOps that can be used');
    this.#head = parseOpusHead(track.opusHead);
    for (const { code, byteOffset, trackId } of file.damage) {
      if (trackId === undefined || trackId === track.id) this.timeline.repair(code, byteOffset, 0);
    }
    const { fromEdits, startTrim } = track.presentation;
    this.#late = Math.round((track.presentation.initialGap + track.samples.startTime) * this.#scale);
    if (!fromEdits) return;
    const differs = Math.round(startTrim * this.#scale) - this.#head.preSkip;
    if (differs === 0) return;
    // An edit list that begins before the pre-skip is over leaves it to the decoder to skip (and ffmpeg writes such lists).
    this.timeline.startTrim = Math.max(0, differs);
    this.timeline.note('MP4_PRE_SKIP_DIFFERS', 0, Math.abs(differs));
  }

  sample({ data, byteOffset, byteLength, decodeTime, duration }: Mp4Sample, out: OpusStreamEvent[]): void {
    const count = packetSamplesOrZero(data);
    if (count === 0) {
      this.timeline.repair('OPUS_BAD_PACKET', byteOffset, 0);
      return;
    }
    this.#lastTime = decodeTime;
    this.#lastDuration = duration;
    const packets = { count: 1, packet: () => data, byteOffset: () => byteOffset, byteLength: () => byteLength };
    const placed = this.#steps.add({
      start: (decodeTime - this.#track.samples.startTime) * this.#scale,
      packets: 1,
      samples: count,
      trimmed: 0,
      packetSamples: count,
      byteOffset,
      payload: { packets, samples: Uint16Array.of(count) },
    });
    this.#emit(placed, out);
  }

  /** @returns false if the track held no packet. */
  finish(out: OpusStreamEvent[]): boolean {
    this.#emit(this.#steps.finish(), out);
    if (!this.#stream) return false;
    const { timeline } = this;
    const { mediaEnd, fromEdits } = this.#track.presentation;
    // Some writers leave the last duration out: then it says nothing.
    if (fromEdits || this.#lastDuration > 0) {
      const end = this.#lastStart + Math.round((mediaEnd - this.#lastTime) * this.#scale);
      timeline.endTrim = Math.min(Math.max(0, timeline.samples - end), timeline.samples);
    }
    if (this.#late > 0 && Number.isSafeInteger(this.#late)) {
      timeline.firstGranule = this.#late;
      timeline.note('OPUS_STARTS_LATE', 0, this.#late);
    }
    timeline.finish();
    out.push({ type: 'end', stream: this.#stream });
    return true;
  }

  #emit(placed: readonly Placed<{ packets: PacketBatch; samples: Uint16Array }>[], out: OpusStreamEvent[]): void {
    for (const { payload, gap, end } of placed) {
      this.#stream ??= this.#begin(out);
      this.#lastStart = end - payload.samples[0]!;
      out.push({ type: 'batch', stream: this.#stream, batch: { ...payload, gap } });
    }
  }

  #begin(out: OpusStreamEvent[]): OpusStream {
    const { tags, createdUtc } = this.#file;
    const comments = Object.entries(tags).map(([key, value]) => ({ key, value }));
    if (createdUtc && !comments.some(({ key }) => key.toUpperCase() === 'DATE')) {
      comments.push({ key: 'DATE', value: createdUtc });
    }
    const stream: OpusStream = {
      number: this.number,
      container: 'mp4',
      serial: this.number + 1,
      head: this.#head,
      headPacket: this.#track.opusHead!,
      tagsPacket: madeTags(comments),
      tags: textTags(comments),
      timeline: this.timeline,
    };
    out.push({ type: 'begin', stream });
    return stream;
  }
}
