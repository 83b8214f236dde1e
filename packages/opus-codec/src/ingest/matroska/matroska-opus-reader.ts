import type { CodedError, Repair } from '@zarr-audio/codec';
import type { MatroskaEvent, MatroskaSegment, MatroskaTag, MatroskaTrack } from '@zarr-audio/matroska-demux';
import { asCoded, OpusCodecError, otherCodec } from '../../errors';
import { madeTags } from '../made-headers';
import type { OpusStreamEvent } from '../opus-stream';
import { textTags } from '../tags';
import { matroskaComments } from './matroska-tags';
import { OpusTrack } from './opus-track';

/** Some old muxers called it experimental. */
export function isOpusTrack({ kind, codecId }: Pick<MatroskaTrack, 'kind' | 'codecId'>): boolean {
  return kind === 'audio' && (codecId === 'A_OPUS' || codecId === 'A_OPUS/EXPERIMENTAL');
}

/** Of a segment: more are no tags that anybody reads. */
const MAX_TAGS = 10_000;

/** Events of a Matroska file in; the packets of its Opus tracks and their timing out. */
export class MatroskaOpusReader {
  /** That came so far, by segment. */
  readonly tags: MatroskaTag[][] = [];
  readonly #known: readonly (readonly MatroskaTag[])[];
  readonly #tracks = new Map<MatroskaTrack, OpusTrack>();
  #segment: MatroskaSegment | undefined;
  #numbers = 0;
  #streams = 0;
  #failure: CodedError | undefined;
  /** Damage before the first track. */
  #pending: Repair[] = [];

  /** @param known  Tags that an earlier reading found: they may stand behind the audio. */
  constructor(known: readonly (readonly MatroskaTag[])[]) {
    this.#known = known;
  }

  /** Streams that held audio. */
  get streams(): number {
    return this.#streams;
  }

  /** Why no stream came, once the input has ended. */
  get failure(): CodedError {
    if (this.#failure) return this.#failure;
    const [first] = this.#pending;
    const why = first ? `; it is damaged: ${first.code} at byte ${first.byteOffset}` : '';
    return new OpusCodecError('OPUS_NO_STREAM', `there is no Opus track in this file${why}`);
  }

  read(event: MatroskaEvent, out: OpusStreamEvent[]): void {
    if (event.type === 'block') {
      const track = this.#tracks.get(event.block.track);
      track?.block(event.block, () => this.#comments(track.track), out);
    } else if (event.type === 'track') this.#track(event.track, out);
    else if (event.type === 'tag') {
      const tags = this.tags.at(-1);
      if (tags && tags.length < MAX_TAGS) tags.push(event.tag);
    } else if (event.type === 'segment') {
      this.finish(out);
      this.#segment = event.segment;
      this.tags.push([]);
    } else if (event.type === 'damage') this.#damage(event);
  }

  /** The file has ended, or a segment of it. */
  finish(out: OpusStreamEvent[]): void {
    for (const [track, opus] of this.#tracks) {
      if (opus.finish(() => this.#comments(track), out)) {
        this.#streams++;
        continue;
      }
      const error = new OpusCodecError('OPUS_NO_PACKETS', 'the track has not one whole audio packet');
      this.#fail(opus.number, error, out);
    }
    this.#tracks.clear();
  }

  #track(track: MatroskaTrack, out: OpusStreamEvent[]): void {
    if (track.kind !== 'audio') return;
    const number = this.#numbers++;
    if (!isOpusTrack(track)) {
      out.push({ type: 'failed', number, error: otherCodec(number, track.codecId) });
      return;
    }
    try {
      const opus = new OpusTrack(track, number, this.#segment?.timestampScaleNs ?? 1_000_000);
      for (const { code, byteOffset } of this.#pending) opus.timeline.repair(code, byteOffset, 0);
      this.#tracks.set(track, opus);
    } catch (error) {
      this.#fail(number, asCoded(error), out);
    }
  }

  #fail(number: number, error: CodedError, out: OpusStreamEvent[]): void {
    this.#failure ??= error;
    out.push({ type: 'failed', number, error });
  }

  /** What is damaged may have been of any track. */
  #damage({ code, byteOffset, track }: Extract<MatroskaEvent, { type: 'damage' }>): void {
    const concerned = track ? [this.#tracks.get(track)] : [...this.#tracks.values()];
    for (const opus of concerned) opus?.timeline.repair(code, byteOffset, 0);
    if (this.#tracks.size === 0 && this.#pending.length < 100) this.#pending.push({ code, byteOffset, samples: 0 });
  }

  #comments(track: MatroskaTrack) {
    const segment = this.tags.length - 1;
    const comments = matroskaComments(this.#segment, track, this.#known[segment] ?? this.tags[segment] ?? []);
    return { tags: textTags(comments), tagsPacket: madeTags(comments) };
  }
}
