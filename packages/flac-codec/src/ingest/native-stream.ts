import type { Repair, StreamDescription } from '@zarr-audio/codec';
import { FlacError } from '../errors';
import type { FrameHeader } from '../frame/frame-header';
import type { FrameDamage } from '../stream/frame-finder';
import { BLOCK_TYPES } from '../stream/metadata';
import type { NativeEvent } from '../stream/native-parser';
import type { StreamInfo } from '../stream/stream-info';
import { TagReader } from '../stream/tags';
import { describeFrame, describeInfo } from './stream-description';
import { StreamTimeline } from './stream-timeline';

/** What is known of a native stream so far. */
export class NativeStream {
  timeline: StreamTimeline | undefined;
  description: StreamDescription | undefined;
  info: StreamInfo | undefined;
  /** The metadata leads nowhere. */
  broken = false;
  readonly #tags = new TagReader();
  readonly #repairs: Repair[] = [];
  /** Frames of any format. */
  frames = 0;
  #isUndescribed = false;
  #isPassedOver = false;
  /** Where the metadata ends. */
  #framesOffset = -1;
  /** What lies there in the place of a frame. */
  #damagedStart: FrameDamage | undefined;

  get tags(): Record<string, string> {
    return this.#tags.tags;
  }

  /** Has it a frame? */
  get hasSound(): boolean {
    return this.timeline !== undefined && this.timeline.rows.packets > 0;
  }

  take(event: NativeEvent): void {
    switch (event.type) {
      case 'info':
        this.#takeInfo(event.info, event.byteOffset);
        break;
      case 'block':
        if (event.block.type === BLOCK_TYPES.vorbisComment && event.body) {
          this.#takeComments(event.body, event.block.byteOffset);
        }
        if (event.block.type !== BLOCK_TYPES.streamInfo && !this.info) {
          this.#noteOnce('FLAC_STREAMINFO_NOT_FIRST', event.block.byteOffset);
        }
        break;
      case 'frames':
        if (!this.info) this.#noteOnce('FLAC_STREAMINFO_MISSING', event.byteOffset);
        if (event.hasMarker && !this.#isPassedOver) this.#framesOffset = event.byteOffset;
        break;
      case 'broken':
        this.broken = true;
        break;
      case 'damage':
        this.#note(event.code, event.byteOffset);
        if (event.byteOffset === this.#framesOffset) this.#damagedStart = event;
        break;
      case 'frame':
        this.frames++;
        this.#begin(event.header);
        this.timeline?.add(event.header, event.byteOffset, event.byteOffset, event.byteLength);
    }
  }

  #begin(header: FrameHeader): void {
    if (this.timeline) return;
    this.description = this.info ? describeInfo(this.info) : describeFrame(header);
    if (!this.description) {
      this.#isUndescribed = true;
      return;
    }
    this.timeline = new StreamTimeline(this.description, this.info, this.#repairs, this.#damagedStart);
  }

  /** What is behind STREAMINFO had to be passed over: bytes that are no frames tell nothing of frames. */
  noteBroken(byteOffset: number): void {
    this.#isPassedOver = true;
    this.#note('FLAC_BAD_METADATA', byteOffset);
  }

  /** Why nothing came of it. */
  failure(): FlacError {
    if (this.#isUndescribed) {
      return new FlacError('FLAC_NO_STREAMINFO', 'the frames leave their format to a STREAMINFO block that is missing');
    }
    const what = this.frames > 0 ? 'frame of the format that STREAMINFO says' : 'sound frame';
    const message = `the file has not one ${what}`;
    return new FlacError('FLAC_NO_FRAMES', message, {
      repairs: this.timeline?.summarize().repairs ?? this.#repairs,
    });
  }

  #takeInfo(info: StreamInfo | FlacError, byteOffset: number): void {
    if (info instanceof FlacError) this.#note('FLAC_BAD_STREAMINFO', byteOffset);
    else this.info ??= info;
  }

  #takeComments(body: Uint8Array, byteOffset: number): void {
    if (!this.#tags.add(body)) this.#note('FLAC_BAD_COMMENTS', byteOffset);
  }

  #noteOnce(code: string, byteOffset: number): void {
    if (!this.#repairs.some((repair) => repair.code === code)) this.#note(code, byteOffset);
  }

  #note(code: string, byteOffset: number): void {
    if (this.timeline) this.timeline.note(code, byteOffset);
    else this.#repairs.push({ code, byteOffset, samples: 0 });
  }
}
